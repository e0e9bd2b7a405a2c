"""`config.toml`: what a person sets, in words with its line where it is not understood."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.configuration import (
    TEMPLATE,
    Configuration,
    _settings,
    read_configuration,
    write_template,
)
from prolific_tui.errors import FileError, SettingsError
from prolific_tui.version import NAME
from tests.without_terminal import run_without_terminal


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "prolific-tui"
    directory.mkdir(mode=0o700)
    return directory


def configured(directory: Path, text: str) -> Configuration:
    (directory / "config.toml").write_text(text)
    return read_configuration(directory)


def test_without_a_file_there_are_defaults_and_nothing_is_made(tmp_path: Path) -> None:
    assert read_configuration(tmp_path / "nowhere") == Configuration()
    assert list(tmp_path.iterdir()) == []


def test_what_is_set_is_what_the_program_knows(directory: Path) -> None:
    text = """
    profile = "lab"  # the one that pays
    "service_url" = "HTTPS://Prolific.example/"
    read_only = true
    mouse = false
    """
    assert configured(directory, text) == Configuration(
        profile="lab", service_url="https://prolific.example", read_only=True, mouse=False
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# mine\n\nmouse = true\ncolour = 7\n", "Line 4: there is no setting colour."),
        ('profile = """\nlab"""\nread_olny = true', "Line 3: there is no setting read_olny."),
        ('\r\n[profiles.lab]\r\ntoken = "canary"\r\n', "Line 2: there is no setting profiles."),
        ('token = "canary"', "Line 1: there is no setting token."),
        ("part_rows = 0", "Line 1: part_rows: This wants a whole number from 1."),
        ("part_bytes = true", "Line 1: part_bytes: This wants a whole number from 1."),
        ('read_only = "yes"', "Line 1: read_only: This wants true or false"),
        ("\nprofile = 7", "Line 2: profile: This wants text"),
        ('profile = "a lab"', "Line 1: profile: A name has 1 to 24 letters"),
        ('service_url = "http://example.com"', "Line 1: service_url: The service URL begins with"),
        ('mouse = true\n\nprofile = "canary\n# x', "Line 3 can't be read as TOML"),
        ("mouse = true\nmouse = false", "Line 2: mouse is set a second time"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line_and_never_quoted(
    directory: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        configured(directory, text)

    assert said in caught.value.message
    assert "canary" not in f"{caught.value.message} {caught.value.hint}"
    assert str(directory / "config.toml") in caught.value.message


@given(
    st.lists(
        st.sampled_from(["", "# a comment", "  ", "mouse_1 = '''\n\n'''", "mouse_2 = [\n1,\n]"]),
        unique_by=lambda line: line if "mouse" in line else object(),
    )
)
def test_the_line_is_right_whatever_stands_before_it(lines: list[str]) -> None:
    """Only the settings themselves are unknown here, so the first of them is the one named."""
    text = "\n".join([*lines, "last = 1"])
    wanted = 1 + text[: re.search(r"mouse_\d|last", text).start()].count("\n")  # type: ignore[union-attr]

    line, key, _ = next(_settings(text))

    assert (line, key) == (wanted, text.split("\n")[wanted - 1].partition(" ")[0])


def test_bytes_that_are_no_text_are_no_configuration(directory: Path) -> None:
    (directory / "config.toml").write_bytes(b'profile = "\xff"')

    with pytest.raises(SettingsError, match="not understood"):
        read_configuration(directory)


def test_what_others_may_have_written_is_not_obeyed(directory: Path) -> None:
    (directory / "config.toml").write_text('service_url = "https://elsewhere.example"')
    directory.chmod(0o770)

    with pytest.raises(FileError, match="others can write in"):
        read_configuration(directory)


def test_the_template_changes_nothing_and_shows_every_setting(directory: Path) -> None:
    assert configured(directory, TEMPLATE) == Configuration()

    every = configured(directory, re.sub(r"^#(\w+ =)", r"\1", TEMPLATE, flags=re.MULTILINE))

    assert every == Configuration(profile="lab", mouse=False)
    shown = re.findall(r"^#(\w+) =", TEMPLATE, flags=re.MULTILINE)
    assert shown == list(Configuration.__dataclass_fields__)


def test_the_template_is_private_and_never_overwrites(tmp_path: Path) -> None:
    path = write_template(tmp_path / "config" / "prolific-tui")

    assert path.read_text() == TEMPLATE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    path.write_text("mouse = true\n")
    with pytest.raises(FileError, match="Already there"):
        write_template(path.parent)
    assert path.read_text() == "mouse = true\n"

    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileError, match="Already there"):
        write_template(path.parent)
    assert not (tmp_path / "elsewhere").exists()


def test_the_command_line_says_how_the_configuration_is(tmp_path: Path) -> None:
    path = tmp_path / ".config" / NAME / "config.toml"
    assert "There is no" in run_without_terminal(tmp_path, "config").stdout
    assert run_without_terminal(tmp_path, "config", "--init").returncode == 0
    assert run_without_terminal(tmp_path, "config").stdout == f"{path} is understood.\n"

    again = run_without_terminal(tmp_path, "config", "--init")
    assert (again.returncode, again.stdout) == (2, "")
    assert f"{path} is there and was not touched" in again.stderr
    # Another name would not be read, so a free one is only where to put the old one.
    assert "move it away first (to config-2.toml, which is free)" in again.stderr

    path.write_text("mouse = 1\n")
    asked = run_without_terminal(tmp_path, "config")
    assert asked.returncode == 2
    assert "Line 1: mouse" in asked.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_no_core_dump_and_no_look_into_the_memory() -> None:
    """Asked of the process itself, as root may look into any."""
    script = (
        "import ctypes, resource; from prolific_tui.__main__ import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))"
    )
    asked = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert asked.stdout.endswith("(0, 0) 0\n")
