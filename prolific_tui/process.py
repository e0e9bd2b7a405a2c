"""What the operating system lets others see of this process's memory: nothing, as far as it can.

A core dump, a debugger of the same user or `/proc/PID/mem` would show tokens and passwords.
"""

import ctypes
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""From Linux's `<sys/prctl.h>`; 0 also gives `/proc/PID/{mem,environ}` to root alone."""


def keep_memory_private() -> None:
    """Write no core dump from now on; on Linux, let no process of the same user look inside.

    Children inherit the first and have to ask for the second themselves.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # It can't fail with these arguments, and there is nobody to tell where it isn't known.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
