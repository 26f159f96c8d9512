"""A small token issuer in place of the hospital's sign-in: demo and tests only. Whoever has its key is anyone."""
