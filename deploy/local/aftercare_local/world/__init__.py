"""The people and systems around Aftercare, as the demo and the tests play them.

They use it from outside only: they file incidents, read mail, press buttons and wait. What they look up
inside (`Databases`) is for asserting, never for acting.
"""
