"""The auditor: derives every clock a second time, from `docs/clocks.md` and the standard library alone.

Slow on purpose. It shares no line with the engine: what both would get wrong together, nobody would see.
"""
