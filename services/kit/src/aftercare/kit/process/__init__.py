"""The two processes of a service, and what keeps each alive: loops, health, signals, a clean end."""
