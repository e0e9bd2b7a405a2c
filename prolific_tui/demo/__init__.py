"""The in-memory Prolific: the service that `--demo` and the tests talk to instead of the real one.

It keeps to the contract in `tests/contract/`; where that leaves something open, it is strict.
"""
