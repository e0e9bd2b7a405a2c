"""The main job as a person does it at a terminal, step by step, whatever terminal that is.

Each step ends when the screen shows that it is done. What the steps look for fits on one line of a
screen of 80 columns and of a wider one.
"""

import re
from pathlib import Path
from typing import Final, Protocol

from tests.terminal import SECONDS, Condition

MESSY: Final = Path(__file__).parent / "data" / "messy.csv"
"""20 rows with a header, a BOM, CRLF, a duplicate, a blank password and a blank line."""

PASSWORD: Final = "canary-5be1-heron"
"""What is typed for the blank one. It is never to be seen."""


class Person(Protocol):
    """Somebody at a terminal in which the program runs."""

    def press(self, *keys: str) -> None:
        """Press keys."""

    def type(self, text: str) -> None:
        """Type a text."""

    def screen(self) -> str:
        """What is on the screen, a line for each row."""

    def wait_for(self, wanted: Condition, timeout: float = SECONDS) -> None:
        """Wait until it is so."""


def read(person: Person, pattern: str) -> str:
    """What the group of the pattern matches on the screen, once it is there."""
    wanted = re.compile(pattern)
    person.wait_for(wanted)
    found = wanted.search(person.screen())
    assert found is not None
    return found[1]


def shows(person: Person, *texts: str) -> None:
    """Wait until each of the texts is on the screen."""
    for text in texts:
        person.wait_for(text)


def load_messy(person: Person) -> None:
    """From Pools to the editor of a new pool, with the messy list in it."""
    person.press("c")
    shows(person, "No rows yet")
    person.press("f")
    shows(person, "Load a file")
    person.type(str(MESSY))
    person.press("enter")
    shows(person, "20 rows   goes 14   needs your OK 3   left out 3")
    shows(person, "messy.csv: UTF-8 with BOM, comma, CRLF, header, 1 blank line skipped")


def make_right(person: Person) -> None:
    """Go from problem to problem: one duplicate goes, and the blank password is filled."""
    person.press("n")
    shows(person, "row 3 of 20", "lab-b-063 is in rows 3 and 7")
    person.press("x")
    shows(person, "19 rows   goes 15   needs your OK 3   left out 1")
    person.press("n")
    shows(person, "row 4 of 19")
    person.press("n")
    shows(person, "row 5 of 19", "no password")
    person.press("l", "enter")
    shows(person, "hidden. Enter takes it")
    person.type(PASSWORD)
    person.press("enter")
    shows(person, "19 rows   goes 16   needs your OK 3   left out 0")
    assert PASSWORD not in person.screen()


def create(person: Person) -> None:
    """Review the list, send it as a new pool with the right words, and read what became of it."""
    person.press("s")
    shows(person, "a new pool of 16 credentials", "Reasoning evals", "Type  send 16 :")
    shows(person, "2 rows: nearly the same username as another row")
    person.type("send 61")
    person.press("enter")
    shows(person, "Nothing was sent. To send, type exactly: send 16")
    person.press(*["backspace"] * 7)
    person.type("send 16")
    person.wait_for(re.compile("send 16 : +send 16"))
    person.press("enter")
    shows(person, "16 credentials in a new pool", "The pool's total is 16 now, 16 free.")
    person.press("enter")
    shows(person, "3 rows   goes 0   needs your OK 3   left out 0", "16 credentials in a")


def leave_editor(person: Person) -> None:
    """Go back to Pools; what did not go is kept."""
    person.press("escape")
    shows(person, "1 POOLS", "3 unsent rows")


def find_new_pool(person: Person, pools: int) -> str:
    """On Pools, put the cursor on the pool that was made, which is listed with its total.

    Returns:
        The pool's name.
    """
    shows(person, f"{pools} pools")
    name = read(person, r"\n[> ] +(\S[^\n]*?) +16 +16 +█")
    lines = person.screen().split("\n")
    here = next(number for number, line in enumerate(lines) if line.startswith("> "))
    there = next(number for number, line in enumerate(lines) if name in line)
    person.press(*["j"] * (there - here))
    person.wait_for(re.compile(f"^> *{name}", re.MULTILINE))
    return name


def append(person: Person, name: str) -> None:
    """Append what was left of the list to the pool under the cursor."""
    person.press("a")
    shows(person, "Append to", "3 rows   goes 0   needs your OK 3   left out 0")
    person.press("a", "j", "a", "j", "a")
    shows(person, "3 rows   goes 3   needs your OK 0   left out 0")
    person.press("s")
    shows(person, "3 credentials to the pool", "16 free; 19 afterwards", "Type  send 3 :")
    person.type("send 3")
    person.press("enter")
    shows(person, "3 credentials appended")
    # With nothing left in it, the editor gives way to the pools.
    person.press("enter")
    person.wait_for(re.compile(f"> *{name} +19 +19 "))


def replace_secret(person: Person) -> None:
    """Replace the workspace's signing secret, with its own words only."""
    person.press("2")
    old = read(person, r"Signing secret +id (\w+)")
    words = f"replace {old[-4:]}"
    person.wait_for(re.compile("Kept here +keyring: (none|No keyring)"))
    person.press("c")
    shows(person, "Where is the new secret kept?", "[ ] the screen only")
    person.press("G", "space")
    shows(person, "[x] the screen only")
    person.press("enter")
    shows(person, f"Replace the secret {old}", f"Type  {words} :")
    person.type("replace")
    person.press("enter")
    shows(person, f"Nothing was done. Type exactly: {words}")
    person.type(words.removeprefix("replace"))
    person.press("enter")
    shows(person, "Secret replaced")
    person.press("enter")
    new = read(person, rf"Signing secret +id (?!{old})(\w+)")
    assert new != old
    shows(person, "* shows it")
    person.press("3")
    shows(person, "Have you stored it?", "keeps it nowhere.")
    person.press("y")
    shows(person, "Create", "Append", "Secret", "3 sends from this machine")


def go_from_a_messy_list_to_a_new_secret(person: Person) -> None:
    """All of it, from Pools with the five pools of the demo."""
    load_messy(person)
    make_right(person)
    create(person)
    leave_editor(person)
    name = find_new_pool(person, pools=6)
    append(person, name)
    replace_secret(person)
