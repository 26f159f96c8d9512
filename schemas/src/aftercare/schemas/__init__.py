"""The contracts between services: topics, message types and their examples.

Nothing here knows a broker, a database or a service; it knows shapes only.
"""
