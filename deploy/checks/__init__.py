"""The rules of the house that no bought tool knows. One file per rule; `run.py` runs them all."""
