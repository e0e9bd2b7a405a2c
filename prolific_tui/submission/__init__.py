"""Writes, from the plan to the outcome, without knowing who carries them.

`plan` says what will leave and where to, `run` journals it, sends it once and reads back, and
`outcome` says what became of it in words that claim no more than is known.
"""
