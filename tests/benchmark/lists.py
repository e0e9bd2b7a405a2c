"""Made-up lists of accounts, as long as wanted."""

from pathlib import Path


def write_list(path: Path, rows: int) -> Path:
    """Write a CSV of so many rows; the last one has the username of the first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("username,password\n")
        file.writelines(f"{row}\n" for row in _rows(rows - 1))
        file.write("lab-0000000,Another-pw\n")
    return path


def write_quoted_list(path: Path, rows: int, quoted: int) -> Path:
    """Write a CSV of so many rows, the first ones of which have quotes around their fields."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("username,password\n")
        for number, row in enumerate(_rows(rows)):
            username, _, password = row.partition(",")
            file.write(f'"{username}","{password}"\n' if number < quoted else f"{row}\n")
    return path


def write_messy_list(path: Path, rows: int) -> Path:
    """Write a CSV of so many rows.

    In every ten, a repeated username, an empty password, and a row that needs a closer look.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("username,password\n")
        for number, row in enumerate(_rows(rows)):
            username, _, password = row.partition(",")
            if number % 10 == 7:
                username = f"lab-{number - 5:07}"
            elif number % 10 == 9:
                password = ""
            elif number % 10 == 4:
                username, password = f"\u00e9tude\u00a0{number:07}", f'"{password},1"'
            file.write(f"{username},{password}\n")
    return path


def paste_of(rows: int) -> str:
    """The text of a paste of so many rows."""
    return "".join(f"{row}\r" for row in _rows(rows))


def _rows(count: int) -> list[str]:
    # The factor spreads the passwords, so that they do not look alike.
    return [f"lab-{row:07},Pw-{row * 7919 % 999_983:06}-x" for row in range(count)]
