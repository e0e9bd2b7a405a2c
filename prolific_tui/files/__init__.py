"""The only room that touches the disk for data: bounded reads, private writes, private directories.

What is read is a regular file (or, for a token, a pipe) and never more than a stated size; what is
written is readable by its owner alone, and never reached through a link that somebody else laid.
"""

from prolific_tui.files.entries import entries, move, read_start, remove
from prolific_tui.files.places import (
    check_private,
    complete,
    configuration_directory,
    expand,
    make_private,
    state_directory,
    take_from_others,
)
from prolific_tui.files.reading import (
    TokenText,
    read_descriptor,
    read_if_there,
    read_regular,
    read_token_file,
)
from prolific_tui.files.records import Records, RecordsFile, make_object_in, object_in
from prolific_tui.files.writing import free_path, locked, prove_new, replace, set_aside, write_new

__all__ = [
    "Records",
    "RecordsFile",
    "TokenText",
    "check_private",
    "complete",
    "configuration_directory",
    "entries",
    "expand",
    "free_path",
    "locked",
    "make_object_in",
    "make_private",
    "move",
    "object_in",
    "prove_new",
    "read_descriptor",
    "read_if_there",
    "read_regular",
    "read_start",
    "read_token_file",
    "remove",
    "replace",
    "set_aside",
    "state_directory",
    "take_from_others",
    "write_new",
]
