"""Pure rules of reaching a person: no I/O, no clock, no chance. `now` is always a parameter."""
