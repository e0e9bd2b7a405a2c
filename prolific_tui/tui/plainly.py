"""Printing something to the terminal as it is, with the interface out of the way.

Where no clipboard is to be had, this is what a person can select with the mouse. What is printed
stays on the terminal, which the person is told before and after.
"""

import os
import termios
from contextlib import suppress

from textual.app import App, SuspendNotSupported


def show_plainly(app: App[int], text: str) -> bool:
    """Suspend the interface, print a text, and go on once Enter was pressed.

    Returns:
        False where the interface has no terminal that it could give back.
    """
    try:
        with app.suspend():
            # What was typed ahead is not the Enter that is waited for.
            with suppress(termios.error):
                termios.tcflush(0, termios.TCIFLUSH)
            # A terminal that is gone is noticed by whoever reads from it next.
            with suppress(OSError):
                os.write(1, text.encode("utf-8", "backslashreplace"))
                while (typed := os.read(0, 1024)) and b"\n" not in typed:
                    pass
    except SuspendNotSupported:
        return False
    app.refresh(layout=True)
    return True
