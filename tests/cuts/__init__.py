"""Writes whose line is cut at every byte: `python -m tests.cuts` tries all, a test some of them.

The real client and operations talk through a `Line` to the demo's server; the `Line` closes, resets
or stalls at one byte of the request or of the answer, and the service does the write or not. What
the person is told is then held against what the service saw and holds, by a judge of its own.
"""
