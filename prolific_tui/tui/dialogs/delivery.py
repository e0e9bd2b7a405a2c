"""The dialogs that ask for a delivery: its body, and its two headers."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from prolific_tui.signing import Delivery, SigningError, read_signature, read_timestamp
from prolific_tui.tui.dialogs.ask import PasteDialog
from prolific_tui.tui.dialogs.form import Entry, FormDialog, FormError, Remark
from prolific_tui.visible import counted


class BodyDialog(PasteDialog):
    """A box that takes the body of a delivery."""

    TITLE_TEXT = "Test a delivery: its body"
    WORDS = (
        "Paste the raw body as your receiver got it, with your terminal's own key: before anything"
        " read it as JSON. Nothing of it is displayed, kept or sent."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "done", "Cancel", key_display="Esc")]
    _ENDS: ClassVar[Binding] = Binding(
        "escape", "done", "Done; the headers come next", key_display="Esc"
    )
    _CLOSES: ClassVar[bool] = False
    """As it is said: or the Esc that was meant for this box would close the next one."""


class DeliveryDialog(FormDialog[Delivery | None]):
    """The two headers that came with a body."""

    TITLE_TEXT = "Test a delivery: its headers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Test it", key_display="Enter"),
        Binding("down", "go(1)", "Next field", key_display="↓"),
        Binding("up", "go(-1)", "Previous field", show=False),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = body

    def introduction(self) -> str:
        """How much of a body there is, and which headers these are."""
        ends = (
            ", and is tried with and without the line break at its end"
            if self._body.endswith(b"\n")
            else ""
        )
        return (
            f"The body has {counted(len(self._body), 'byte')}{ends}. The headers are"
            " X-Prolific-Request-Timestamp and X-Prolific-Request-Signature; their names may be"
            " pasted along."
        )

    def entries(self) -> Sequence[Entry]:
        """The headers."""
        return (Entry("timestamp", "Timestamp"), Entry("signature", "Signature"))

    def look(self) -> str:
        """What is missing yet, or wrong."""
        self._delivery()
        return ""

    def accept(self) -> None:
        """Answer with the delivery."""
        self.dismiss(self._delivery())

    def _delivery(self) -> Delivery:
        try:
            timestamp = read_timestamp(self.text("timestamp"))
        except SigningError as error:
            raise FormError(Remark("timestamp", error.message)) from None
        try:
            digest = read_signature(self.text("signature"))
        except SigningError as error:
            raise FormError(Remark("signature", error.message)) from None
        return Delivery(self._body, timestamp, digest)
