"""Made-up lists of accounts, as long as wanted."""

from pathlib import Path


def write_list(path: Path, rows: int) -> Path:
    """Write a CSV of so many rows; the last one has the username of the first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("username,password\n")
        file.writelines(f"{row}\n" for row in _rows(rows - 1))
        file.write("lab-0000000,Another-pw\n")
    return path


def paste_of(rows: int) -> str:
    """The text of a paste of so many rows."""
    return "".join(f"{row}\r" for row in _rows(rows))


def _rows(count: int) -> list[str]:
    # The factor spreads the passwords, so that they do not look alike.
    return [f"lab-{row:07},Pw-{row * 7919 % 999_983:06}-x" for row in range(count)]
