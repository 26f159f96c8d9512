"""Postgres: the one system of record. Inbox, state, outbox and timers change in one transaction."""
