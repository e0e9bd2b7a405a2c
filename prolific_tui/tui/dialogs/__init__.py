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
from prolific_tui.tui.dialogs.delivery import BodyDialog, DeliveryDialog
from prolific_tui.tui.dialogs.duplicates import DuplicatesDialog
from prolific_tui.tui.dialogs.export import (
    ExportedDialog,
    GoogleExportDialog,
    PlainExportDialog,
)
from prolific_tui.tui.dialogs.find import FindDialog, Found, ReplaceDialog
from prolific_tui.tui.dialogs.fixes import FixesDialog
from prolific_tui.tui.dialogs.intake import IntakeDialog
from prolific_tui.tui.dialogs.keeping import KeepingDialog, keeping_words
from prolific_tui.tui.dialogs.left import LeftAct, LeftAnswer, LeftDialog
from prolific_tui.tui.dialogs.make import MakeDialog, MakeFacts, MakeOrder
from prolific_tui.tui.dialogs.path import PathDialog
from prolific_tui.tui.dialogs.problems import ProblemsDialog
from prolific_tui.tui.dialogs.replacing import DestinationsDialog, NewSecretDialog, Wanted
from prolific_tui.tui.dialogs.sending import SendAct, SendDialog
from prolific_tui.tui.dialogs.tell import ErrorDialog, FactsDialog, HelpDialog, NoteDialog
from prolific_tui.tui.dialogs.wait import WaitDialog, looking_words

__all__ = [
    "BodyDialog",
    "Choice",
    "ChoiceDialog",
    "CommandsDialog",
    "ConfirmDialog",
    "DeliveryDialog",
    "DestinationsDialog",
    "DuplicatesDialog",
    "ErrorDialog",
    "ExportedDialog",
    "FactsDialog",
    "FindDialog",
    "FixesDialog",
    "Found",
    "GoogleExportDialog",
    "HelpDialog",
    "IntakeDialog",
    "KeepingDialog",
    "LeftAct",
    "LeftAnswer",
    "LeftDialog",
    "MakeDialog",
    "MakeFacts",
    "MakeOrder",
    "NewSecretDialog",
    "NoteDialog",
    "PasteDialog",
    "PathDialog",
    "PlainExportDialog",
    "ProblemsDialog",
    "ReplaceDialog",
    "SendAct",
    "SendDialog",
    "TextDialog",
    "TypedConfirmation",
    "WaitDialog",
    "Wanted",
    "keeping_words",
    "looking_words",
]
