"""The embedded stack: real PostgreSQL, real Kafka, a mail server and every service, for demo and tests.

Nothing here runs in production. `Stack` in `stack.py` is the way in.
"""
