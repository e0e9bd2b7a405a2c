"""The text field: one line that may be masked and draws nothing by itself.

All that a person types goes through it, tokens and passwords too.
"""

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Offset
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input

from prolific_tui.secret import MASK
from prolific_tui.visible import visible


class Field(Input):
    """A one-line text field that draws nothing by itself and shows no hidden character raw.

    Its cursor does not blink, because a blinking cursor sends bytes over an idle line. Masked, it
    shows a mask of fixed length and neither copies nor cuts. One for a number takes nothing else,
    and typing replaces what it held when it was entered.
    """

    DEFAULT_CSS = """
    Field, Field:focus { border: none; height: 1; padding: 0; background: $background; }
    """

    masked: reactive[bool] = reactive(False)

    def __init__(
        self,
        value: str = "",
        *,
        masked: bool = False,
        is_number: bool = False,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            id=id,
            restrict="[0-9,]*" if is_number else None,
            select_on_focus=is_number,
        )
        self.cursor_blink = False
        self.set_reactive(Field.masked, masked)

    def action_copy(self) -> None:
        """Copy what is selected, unless it is masked."""
        if not self.masked:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, unless it is masked."""
        if not self.masked:
            super().action_cut()

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs."""
        x, y, _width, _height = self.content_region
        column, _ = self._window()
        return Offset(x + column, y)

    @property
    def text_width(self) -> int:
        """The cells in which all of the text is seen, with one for the cursor behind it.

        A text that is masked takes the same as any other.
        """
        return cell_len(MASK if self.masked else visible(self.value)) + 1

    def _window(self) -> tuple[int, int]:
        """The cursor's cell inside the field, and the cell of the text that is drawn first."""
        width = max(self.content_region.width, 1)
        if self.masked:
            return min(len(MASK) if self.value else 0, width - 1), 0
        cell = cell_len(visible(self.value[: self.cursor_position]))
        first = max(0, cell - width + 1)
        return cell - first, first

    def render_line(self, y: int) -> Strip:
        """Draw the text, the selection and the cursor, all within the field."""
        width = self.content_region.width
        base = self.rich_style
        if y != 0:
            return Strip.blank(width, base)
        cursor_style = base + self.get_component_rich_style("input--cursor", partial=True)
        selection_style = base + self.get_component_rich_style("input--selection", partial=True)
        column, first = self._window()
        if self.masked or not self.value:
            shown = MASK if self.value else self.placeholder
            style = (
                base
                if self.value
                else base + self.get_component_rich_style("input--placeholder", partial=True)
            )
            strip = Strip([Segment(shown, style)])
        else:
            start, end = sorted(self.selection)
            strip = Strip(
                Segment(visible(text), style)
                for text, style in (
                    (self.value[:start], base),
                    (self.value[start:end], selection_style),
                    (self.value[end:], base),
                )
                if text
            )
        strip = strip.crop(first, first + width).extend_cell_length(width, base)
        if not self.has_focus:
            return strip
        at_cursor = visible(self.value[self.cursor_position : self.cursor_position + 1])[:1]
        cursor_width = 1 if self.masked else max(cell_len(at_cursor), 1)
        end = min(column + cursor_width, width)
        before, under, after = strip.divide([column, end, width])
        return Strip.join([before, Strip([Segment(under.text or " ", cursor_style)]), after])
