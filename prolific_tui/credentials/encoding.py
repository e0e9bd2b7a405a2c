"""Bytes to characters: a byte order mark decides, else it is UTF-8, else somebody is asked.

`Content` is a text that need not be in memory as one: it is decoded while its lines are read.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from prolific_tui.errors import ProlificTuiError

# UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 LE"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)

ENCODINGS: Final = {
    "cp1252": "Windows-1252, Western Europe",
    "iso8859-15": "ISO 8859-15, Western Europe",
    "mac-roman": "Mac Roman, Western Europe",
    "cp850": "DOS 850, Western Europe",
    "cp1250": "Windows-1250, Central Europe",
    "cp1251": "Windows-1251, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "cp1254": "Windows-1254, Turkish",
    "cp932": "Shift-JIS, Japanese",
    "gb18030": "GB 18030, Chinese",
    "big5": "Big5, Chinese",
    "cp949": "EUC-KR, Korean",
    "utf-16-le": "UTF-16 LE without BOM",
    "utf-16-be": "UTF-16 BE without BOM",
}
"""What bytes may be that are not UTF-8, by codec, with names for people; the commonest first."""

_SLICE: Final = 1 << 20
HEAD: Final = 1 << 16
"""How many bytes are tried in other encodings."""
BLOCK: Final = 1 << 15
"""How many bytes are decoded at a time: what is made of them fits into a processor's cache."""
_WIDE: Final = ("utf-16", "utf-32")
_DELIMITERS: Final = re.compile(r"[,;|\t]")
# What no table of accounts holds, but a wrong 8-bit encoding makes.
_C1_CONTROLS: Final = re.compile("[\x80-\x9f]")


class CsvError(ProlificTuiError):
    """Bytes or text that can't be read as rows; nothing was loaded and nothing changed."""

    def __init__(
        self, title: str, message: str, hint: str = "", *, line: int | None = None
    ) -> None:
        super().__init__(title, message, hint)
        self.line = line
        """The line to look at, counted from 1, where there is one."""


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """A text as it came, and how it is to be read; nothing of it shows in its repr.

    One that `understand` or `Content.of` gave can be decoded to its end.
    """

    raw: bytes
    codec: str
    name: str
    """The name of the encoding for people; empty for a text that never was bytes."""
    mark: int = 0
    """How many bytes the byte order mark has, which is no part of the text."""

    @classmethod
    def of(cls, text: str) -> Self:
        """A text that never was bytes, such as a paste.

        It is held as bytes all the same: the readers of text are at their fastest there.
        """
        return cls(text.encode("utf-8", "surrogatepass"), "utf-8", "")

    def __repr__(self) -> str:
        return f"Content({len(self.raw)} bytes, {self.name or 'text'})"

    @property
    def errors(self) -> str:
        """How decoding treats what the codec does not know: a text may hold lone surrogates."""
        return "strict" if self.name else "surrogatepass"

    def head(self, size: int) -> tuple[str, bool]:
        """The lines that begin it, about `size` bytes, and whether that is all."""
        whole = len(self.raw) <= self.mark + size
        decoder = codecs.getincrementaldecoder(self.codec)(self.errors)
        text = decoder.decode(self.raw[self.mark : self.mark + size], whole)
        if not whole:
            text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
        return text, whole

    def lines(self) -> Iterator[str]:
        r"""Its lines with their ends, `\n`, `\r\n` or `\r`, decoded as they are asked for."""
        buffer = io.BytesIO(self.raw)
        buffer.seek(self.mark)
        return iter(io.TextIOWrapper(buffer, self.codec, self.errors, newline=""))

    def blocks(self) -> Iterator[tuple[str, float]]:
        """Whole lines together, some thousand characters or more, decoded as they are asked for.

        Each comes with how much of it all has been read, from 0 to 1.
        """
        decoder = codecs.getincrementaldecoder(self.codec)(self.errors)
        total = len(self.raw)
        begun: list[str] = []
        for start in range(self.mark, total, BLOCK):
            stop = min(start + BLOCK, total)
            text = decoder.decode(self.raw[start:stop], stop == total)
            # A carriage return at the very end may be half a line end.
            end = (
                len(text) if stop == total else text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            )
            if end:
                yield "".join((*begun, text[:end])), stop / total
                begun = [text[end:]]
            else:
                begun.append(text)


def understand(data: bytes, codec: str | None = None) -> Content:
    """How bytes are to be read: as the codec says, or else as a byte order mark says, or as UTF-8.

    Raises:
        CsvError: they can't be read so to the end, or there is a NUL among them.
    """
    content = Content(data, "utf-8", "UTF-8")
    if codec is None:
        for mark, marked, name in _MARKS:
            if data.startswith(mark):
                content = Content(data, marked, name, len(mark))
                break
    elif codec != "utf-8":
        content = Content(data, codec, ENCODINGS[codec])
    _check(content, data)
    return content


def assume(data: bytes) -> tuple[Content, bool]:
    """How bytes may be read, and whether that is certain; where it is not, a person has to say.

    Raises:
        CsvError: as `understand` does, where they can't be read in any other encoding either.
    """
    try:
        return understand(data), True
    except CsvError as error:
        refusal = error
    if not any(data.startswith(mark) for mark, _, _ in _MARKS):
        for codec in alternatives(data):
            try:
                return understand(data, codec), False
            except CsvError:
                continue
    raise refusal


def alternatives(data: bytes) -> tuple[str, ...]:
    """The codecs of `ENCODINGS` that bytes without a byte order mark may be in.

    Only the beginning is looked at (`HEAD` bytes): `understand` may still refuse one of them.
    """
    # A NUL is half a character of UTF-16 at best.
    only = _WIDE if b"\0" in data else ""
    return tuple(codec for codec in ENCODINGS if codec.startswith(only) and _may_be(data, codec))


def line_of(text: str, position: int) -> int:
    """The line, counted from 1, of the character at this position."""
    both = text.count("\r\n", 0, position)
    return text.count("\n", 0, position) + text.count("\r", 0, position) - both + 1


def _may_be(data: bytes, codec: str) -> bool:
    try:
        text, _ = Content(data, codec, ENCODINGS[codec]).head(HEAD)
    except UnicodeDecodeError:
        return False
    if "\0" in text or _C1_CONTROLS.search(text):
        return False
    # Nearly any bytes make some UTF-16, but hardly a table.
    return not codec.startswith(_WIDE) or _DELIMITERS.search(text) is not None


def _check(content: Content, data: bytes) -> None:
    is_wide = content.codec.startswith(_WIDE)
    if not is_wide and data.isascii() and b"\0" not in data:
        return
    decoder = codecs.getincrementaldecoder(content.codec)()
    bad: int | None = None
    for start in range(content.mark, len(data), _SLICE):
        part = data[start : start + _SLICE]
        try:
            text = decoder.decode(part, start + _SLICE >= len(data))
        except UnicodeDecodeError as error:
            # Bytes that the decoder kept from the part before come first.
            bad = start - (len(error.object) - len(part)) + error.start
            break
        if "\0" in text:
            before = data[content.mark : start].decode(content.codec, "ignore")
            first = line_of(before + text, len(before) + text.index("\0"))
            raise CsvError(
                "This is not a text file",
                f"Read as {content.name}, it holds NUL characters, the first in line {first:,}.",
                "If a spreadsheet wrote it, save it as CSV UTF-8 and load that.",
                line=first,
            )
    # Outside of the handler, because that error carries all the bytes with it.
    if bad is not None:
        line = None if is_wide else line_of(data[:bad].decode("latin-1"), bad)
        where = f"in line {line:,}" if line else f"at byte {bad + 1:,}"
        raise CsvError(
            f"This is not {content.name}",
            f"The bytes {where} are not {content.name}.",
            "Save it as CSV UTF-8 and load that.",
            line=line,
        )
