"""The look: the terminal's own colours, one accent, and a colour for each state of a row.

An ANSI theme follows the person's palette, so it works on a light background and in 16 colours,
and its codes are the shortest to send. Every state has a letter as well, for terminals without
colour.
"""

from typing import Final

from textual.theme import Theme

LEDGER: Final = Theme(
    name="ledger",
    ansi=True,
    dark=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "rule": "ansi_bright_black",
        "quiet": "ansi_bright_black",
        "duplicate": "ansi_yellow",
        "blocked": "ansi_red",
        "in-pool": "ansi_magenta",
        "look-again": "ansi_bright_blue",
        "fine": "ansi_green",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border": "ansi_cyan",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "block-cursor-blurred-foreground": "ansi_default",
        "block-cursor-blurred-background": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-background": "ansi_default",
    },
)
"""The theme of every screen."""
