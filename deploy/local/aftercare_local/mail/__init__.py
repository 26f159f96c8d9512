"""The mail server of demo and tests: takes mail over authenticated TLS, keeps it, shows it, and fails when told to."""
