"""The small parts that every screen is made of: lines, rules, lists and the key bar."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from prolific_tui.visible import visible

ELLIPSIS: Final = "…"
GAUGE_WIDTH: Final = 16


def fit(
    text: str, width: int, *, right: bool = False, keep_end: bool = False, keep_ends: bool = False
) -> str:
    """Foreign text in exactly `width` terminal cells, padded or shortened with an ellipsis.

    Args:
        text: The text, which may hold anything; it is made visible here.
        width: Terminal cells to fill.
        right: Pad on the left, as numbers want it.
        keep_end: Shorten at the beginning, where the end tells more.
        keep_ends: Shorten in the middle, where either end may tell more.
    """
    text = visible(text)
    if cell_len(text) > width:
        if keep_end:
            while cell_len(text) > width - 1:
                text = text[1:]
            text = ELLIPSIS[:width] + text
        elif keep_ends and width > 1:
            tail = text[-(width // 2) :]
            while cell_len(tail) >= width - width // 2:
                tail = tail[1:]
            text = set_cell_size(text, width - 1 - cell_len(tail)) + ELLIPSIS + tail
        else:
            text = set_cell_size(text, width - 1).rstrip(" ") + ELLIPSIS if width else ""
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def gauge(part: int, whole: int, width: int = GAUGE_WIDTH) -> str:
    """A bar of `width` cells, full where `part` is `whole` or more; anything left shows a cell."""
    filled = round(width * part / whole) if whole else 0
    filled = min(max(filled, 1 if part else 0), width)
    return "█" * filled + "░" * (width - filled)


def number(value: int | None) -> str:
    """A count with thousands separated; "?" where Prolific did not say."""
    return "?" if value is None else f"{value:,}"


def paragraph(text: str, *, id: str | None = None, classes: str = "") -> Static:  # noqa: A002 - Textual's name
    """Text that wraps; foreign text in it is made visible and never read as markup."""
    return Static(Text(visible_lines(text)), markup=False, id=id, classes=classes)


def visible_lines(text: str) -> str:
    """`visible`, line by line."""
    return "\n".join(visible(line) for line in text.split("\n"))


class Facts(Static):
    """Labels with what is to be said of each, which wraps beside its label."""

    def show(self, facts: Iterable[tuple[str, str | Text]]) -> None:
        """Show other facts; foreign text is made visible, and "" as a label goes on."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for label, said in facts:
            table.add_row(label, Text(visible(said)) if isinstance(said, str) else said)
        self.update(table)


class Line(Widget):
    """One line of styled text, cut at the edge; foreign parts must come through `visible`."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; }
    """
    text: reactive[Text] = reactive(Text, layout=False)

    def __init__(self, text: Text | str = "", *, id: str | None = None, classes: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self.set_reactive(Line.text, Text(text) if isinstance(text, str) else text)

    def render(self) -> Text:
        """The text, on one line."""
        line = self.text.copy()
        line.no_wrap = True
        line.overflow = "ellipsis"
        return line


class WrappedLine(Line):
    """A line that takes a second one rather than lose its end."""

    DEFAULT_CSS = """
    WrappedLine { height: auto; min-height: 1; max-height: 2; }
    """

    def watch_text(self, before: Text, text: Text) -> None:
        """Take the second line, or give it back."""
        width = self.size.width
        if width and self._height(before, width) != self._height(text, width):
            self.refresh(layout=True)

    def _height(self, text: Text, width: int) -> int:
        return 2 if text.cell_len > width else 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Two lines where one is too short."""
        return self._height(self.text, width)

    def render(self) -> Text:
        """The text; its second line begins where the first one does."""
        width = self.size.width
        if self._height(self.text, width) == 1:
            return super().render()
        first, *rest = self.text.wrap(self.app.console, max(width, 1))
        indent = first.plain[: len(first.plain) - len(first.plain.lstrip())]
        second = Text(indent).append_text(Text(" ").join(rest))
        second.truncate(width, overflow="ellipsis")
        return Text("\n", no_wrap=True).join([first, second])


class Passage(Static):
    """Text that wraps, and of a fixed height ends in an ellipsis where it has more lines."""

    def render(self) -> RenderResult:
        """The lines for which there is room."""
        text, (width, height), wanted = self.content, self.size, self.styles.height
        if not isinstance(text, Text) or not width or wanted is None or wanted.is_auto:
            return super().render()
        lines = text.wrap(self.app.console, width, overflow="fold")
        if 0 < height < len(lines):
            last = lines[height - 1].plain.rstrip()
            if cell_len(last) >= width:
                last = set_cell_size(last, width - 1)
            return Text("\n").join([*lines[: height - 1], Text(last + ELLIPSIS)])
        return Text("\n").join(lines)


class Rule(Widget):
    """A line across the screen, with a title in it where one is set."""

    DEFAULT_CSS = """
    Rule { height: 1; width: 1fr; color: $rule; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rule--title"}

    title: reactive[str] = reactive("")

    def __init__(self, title: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.set_reactive(Rule.title, title)

    def render(self) -> Text:
        """The line, title first."""
        width = self.size.width
        if not self.title:
            return Text("─" * width, no_wrap=True)
        title = fit(self.title, min(cell_len(visible(self.title)), max(width - 6, 0)))
        text = Text("── ", no_wrap=True)
        text.append(title, self.get_component_rich_style("rule--title", partial=True))
        text.append(" " + "─" * max(0, width - cell_len(title) - 4))
        return text


class CursorList(OptionList):
    """A list of lines with a cursor that shows without colour; keys as lists have them everywhere.

    Each option is one line that leaves its first two cells to the cursor.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursor-list--cursor"}

    class Resized(Message):
        """The list has another width, so columns are to be laid out again."""

    class NothingChosen(Message):
        """Enter was pressed where the cursor is on no line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)
        self._texts: list[Text] = []
        self._keys: Sequence[str] | None = None

    def show(
        self,
        lines: Iterable[str | Text],
        highlighted: int | None = 0,
        *,
        keys: Sequence[str] | None = None,
    ) -> None:
        """Show other lines, with the cursor on one of them; foreign text is made visible.

        Args:
            lines: The lines.
            highlighted: Where the cursor is; None for nowhere.
            keys: What the lines stand for, each once: the ids of the options, by which an answer
                is known even if the list was changed after it was given.
        """
        self._keys = keys
        self._texts = [_behind_cursor(line) for line in lines]
        self._put(highlighted if self._texts else None)

    def change(self, index: int, line: str | Text) -> None:
        """Show another line in the place of one; the cursor and all other lines stay."""
        self._texts[index] = _behind_cursor(line)
        self.replace_option_prompt_at_index(index, self._cut(self._texts[index]))

    def action_select(self) -> None:
        """Choose the highlighted line, or say that there is none."""
        if self.highlighted is None:
            self.post_message(self.NothingChosen())
        super().action_select()

    def on_resize(self) -> None:
        """Cut the lines for the new width: an option that wraps would be two lines."""
        self._put(self.highlighted)
        self.post_message(self.Resized())

    def _put(self, highlighted: int | None) -> None:
        options = [
            Option(self._cut(text), id=self._keys[index] if self._keys else None)
            for index, text in enumerate(self._texts)
        ]
        self.clear_options()
        self.add_options(options)
        self.highlighted = highlighted

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs: on the mark of the highlighted line."""
        line = Offset(0, (self.highlighted or 0) - self.scroll_offset.y)
        return self.content_region.offset + line

    @property
    def whole_width(self) -> int:
        """How many cells a line has with the cursor's two, and without those of a scroll bar."""
        return self.scrollable_content_region.width or self.app.size.width

    @property
    def line_width(self) -> int:
        """How many cells a line has beside the cursor's two; a longer text is cut."""
        return self.whole_width - 2

    def _cut(self, text: Text) -> Text:
        cut = text.copy()
        cut.truncate(self.whole_width, overflow="ellipsis")
        return cut

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A page key acts once the list is laid out: Textual fails on a page of no lines."""
        if action in ("page_up", "page_down") and not self.scrollable_content_region:
            return False
        return super().check_action(action, parameters)

    def render_line(self, y: int) -> Strip:
        """Draw the cursor on top of the highlighted line."""
        strip = super().render_line(y)
        if self.scroll_offset.y + y != self.highlighted:
            return strip
        style = self.get_component_rich_style("cursor-list--cursor", partial=True)
        cursor = Strip([Segment("> ", self.rich_style + style)])
        return Strip.join([cursor, strip.crop(2).apply_style(Style(bold=True))])


def _behind_cursor(line: str | Text) -> Text:
    """A line that leaves its first two cells to the cursor; foreign text is made visible."""
    return Text("  ").append_text(Text(visible(line)) if isinstance(line, str) else line)


class KeyBar(Widget):
    """The keys that matter on a screen, in the order of the work, on one or two lines."""

    DEFAULT_CSS = """
    KeyBar { height: auto; width: 1fr; padding: 0 1; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--label"}

    def __init__(self, bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._keys = _named(bindings)

    def show(self, bindings: Iterable[Binding]) -> None:
        """Show other keys."""
        keys = _named(bindings)
        if keys != self._keys:
            width = self.size.width
            lines = len(self._lines(width))
            self._keys = keys
            self.refresh(layout=len(self._lines(width)) != lines)

    def _lines(self, width: int) -> list[list[tuple[str, str]]]:
        """The keys with their words, line by line, two cells between any two."""
        lines: list[list[tuple[str, str]]] = [[]]
        column = 0
        for key, label in self._keys:
            length = cell_len(key) + 1 + cell_len(label)
            if column and column + 2 + length > width:
                lines.append([])
                column = 0
            column += length + (2 if column else 0)
            lines[-1].append((key, label))
        return lines

    def render(self) -> Text:
        """Keys in the accent colour, each with its word."""
        key_style = self.get_component_rich_style("key-bar--key", partial=True)
        label_style = self.get_component_rich_style("key-bar--label", partial=True)
        return Text("\n").join(
            Text("  ").join(
                Text.assemble((key, key_style), (f" {label}", label_style)) for key, label in line
            )
            for line in self._lines(self.size.width)
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """As many lines as the keys need at this width."""
        return len(self._lines(width))


def _named(bindings: Iterable[Binding]) -> list[tuple[str, str]]:
    """The keys to be shown, each with its word."""
    return [
        (binding.key_display or binding.key, binding.description)
        for binding in bindings
        if binding.show
    ]
