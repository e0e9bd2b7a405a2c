"""What the program sets of the interpreter that it runs in."""

import subprocess
import sys
from typing import Final

_PROGRAM: Final = """
import sys
from prolific_tui.assembly import prepare_interpreter

class Looked:
    def find_spec(self, name, path=None, target=None):
        names.append(name)

names = []
prepare_interpreter()
sys.meta_path.insert(0, Looked())
for name in ("sniffio", "another_that_is_missing"):
    try:
        __import__(name)
    except ImportError:
        print("missing")
print(names)
"""


def test_what_is_not_installed_is_not_looked_for_at_every_lock() -> None:
    program = (sys.executable, "-c", _PROGRAM)
    ran = subprocess.run(program, capture_output=True, check=True, text=True)
    assert ran.stdout == "missing\nmissing\n['another_that_is_missing']\n"
