"""What a roster line means, who a person is, and who may leave. No I/O, no clock, no chance."""
