"""The one place that knows this program's name and version."""

from typing import Final

NAME: Final = "prolific-tui"
"""What the program is called: on the command line, in the keyring, on the wire."""

VERSION: Final = "0.1.0"
"""The version that `--version` prints; a test holds it against `pyproject.toml`."""
