"""What the editor costs on long lists, measured from outside in a real pseudo-terminal.

Run it with `python -m tests.benchmark`. Nothing here is a test of time: machines differ, so what
counts are ratios to the floor and to other programs, taken in turns in one run.
"""
