"""The terminal interface: the only room that knows Textual.

Its layers are those of the contract "Inside tui" in `pyproject.toml`.
"""
