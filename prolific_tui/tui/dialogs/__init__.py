"""Dialogs: each asks one thing, or tells one thing, and gives back what was decided.

They stand in a box above the screen they belong to. While one is open no key of the screen acts.
"""

from prolific_tui.tui.dialogs.ask import (
    Choice,
    ChoiceDialog,
    ConfirmDialog,
    PasteDialog,
    TextDialog,
    TypedConfirmation,
)
from prolific_tui.tui.dialogs.commands import CommandsDialog
from prolific_tui.tui.dialogs.intake import IntakeDialog
from prolific_tui.tui.dialogs.path import PathDialog
from prolific_tui.tui.dialogs.tell import ErrorDialog, HelpDialog, OutcomeDialog

__all__ = [
    "Choice",
    "ChoiceDialog",
    "CommandsDialog",
    "ConfirmDialog",
    "ErrorDialog",
    "HelpDialog",
    "IntakeDialog",
    "OutcomeDialog",
    "PasteDialog",
    "PathDialog",
    "TextDialog",
    "TypedConfirmation",
]
