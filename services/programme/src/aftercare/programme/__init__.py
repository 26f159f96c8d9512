"""The policy of a support programme, as data: when to offer, how to reach, whom to ask, what to promise."""
