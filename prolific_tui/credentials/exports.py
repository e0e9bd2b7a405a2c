"""The exports that people have, told by the names of their columns.

Names are compared as words: without case, separators and notes such as `[Required]`. What an
export holds in place of passwords is known here as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# In the order of preference: a file of accounts may have a username and an e-mail address.
USERNAMES: Final = (
    "username",
    "user name",
    "login username",
    "login name",
    "login",
    "user id",
    "userid",
    "user",
    "account name",
    "account",
    "email address",
    "email",
    "e mail address",
    "e mail",
    "mail",
)
"""What a column of usernames is called, the surest name first."""

PASSWORDS: Final = ("password", "login password", "user password", "passwd", "pass", "pwd")
"""What a column of passwords is called."""

# What spreadsheets in other languages say. Apart from the others, because a row is only suspected
# of being a header for words that are no likely password.
_USERNAMES_ABROAD: Final = (
    "benutzername",
    "benutzer",
    "anmeldename",
    "nutzername",
    "nom d utilisateur",
    "utilisateur",
    "identifiant",
    "nombre de usuario",
    "usuario",
    "nome utente",
    "nome de usuário",
    "gebruikersnaam",
)
_PASSWORDS_ABROAD: Final = (
    "passwort",
    "kennwort",
    "mot de passe",
    "contraseña",
    "senha",
    "wachtwoord",
)
_HASHES: Final = frozenset(
    {
        "hash",
        "password hash",
        "passwordhash",
        "hashed password",
        "hashedpassword",
        "encrypted password",
        "encryptedpassword",
        "password digest",
        "passworddigest",
        "crypt password",
        "userpassword hash",
    }
)

_NOTE: Final = re.compile(r"[\[(][^])]*[])]\s*\Z")
_SEPARATORS: Final = re.compile(r"[\W_]+")
_PLACEHOLDER: Final = re.compile(r"\*+|[.·•‣∙●⚫…]+|x+|password", re.IGNORECASE)
# As crypt(3), LDAP, Django and PHP write them: nobody types one of these.
_HASH: Final = re.compile(
    r"\$(?:[1567y]|2[abxy]?|apr1|argon2(?:id?|d)|scrypt|pbkdf2[\w-]*)\$.{16,}"
    r"|\{(?i:S?MD5|S?SHA\d*|CRYPT|PBKDF2[\w-]*)\}.{10,}"
    r"|(?:pbkdf2_|bcrypt_|bcrypt\$|argon2\$|scrypt:)\S{16,}"
)

STAND_IN_STARTS: Final = r"[*.xX]+\Z|(?i:password)|\$\w[\w-]*\$|\{\w|pbkdf2_|bcrypt|argon2|scrypt:"
"""How every placeholder and every hash of printable ASCII begins; passwords hardly do."""


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of export and where it keeps what is wanted; column names are given as words."""

    name: str
    """Whose export it is."""
    marks: frozenset[str]
    """The columns by which it is known."""
    username: str
    """The column that holds the usernames."""
    password: str | None
    """The column that holds the passwords, or None where it never has one."""
    hash_function: str | None = None
    """The column that says, where it is filled, that the password is a hash."""
    others: frozenset[str] | None = None
    """The only other columns it may have; None where it may have any."""

    def fits(self, words: Sequence[str]) -> bool:
        """Whether these are its columns, each of the wanted ones once."""
        present = set(words)
        return (
            self.marks <= present
            and (self.others is None or present <= self.marks | self.others)
            and words.count(self.username) == 1
            and (self.password is None or words.count(self.password) == 1)
        )


def _export(
    name: str,
    marks: str,
    *,
    username: str = "username",
    password: str | None = "password",  # noqa: S107 - the name of a column
    hash_function: str | None = None,
    others: str | None = None,
) -> Export:
    return Export(
        name,
        frozenset(marks.split(",")),
        username,
        password,
        hash_function,
        None if others is None else frozenset(others.split(",")),
    )


# From the makers' pages on their export formats; those with fewer columns of their own come later.
# Firefox: Mozilla's own test of that export. KeePassXC: its CsvExporter.cpp and columns since.
# Okta: the template of "Import users from a CSV file", of which these are mandatory.
EXPORTS: Final = (
    _export(
        "Bitwarden",
        "folder,favorite,type,name,login uri,login username,login password",
        username="login username",
        password="login password",  # noqa: S106 - the name of a column
    ),
    _export(
        "Bitwarden organisation",
        "collections,type,name,login uri,login username,login password",
        username="login username",
        password="login password",  # noqa: S106 - the name of a column
    ),
    _export(
        "Google Workspace",
        "first name,last name,email address,password,org unit path",
        username="email address",
        hash_function="password hash function",
    ),
    _export("LastPass", "url,username,password,extra,name,grouping,fav"),
    _export("1Password", "title,url,username,password,otpauth,favorite,archived"),
    _export("Firefox", "url,username,password,httprealm,formactionorigin"),
    _export("KeePassXC", "group,title,username,password,url,notes"),
    _export("Moodle", "username,password,firstname,lastname,email"),
    _export("Chrome or Edge", "name,url,username,password", others="note,notes"),
    _export("Okta", "login,firstname,lastname,email", username="login", password=None),
)
"""Every export that is known by its columns."""

_KNOWN: Final = frozenset(USERNAMES + PASSWORDS + _USERNAMES_ABROAD + _PASSWORDS_ABROAD).union(
    *(export.marks for export in EXPORTS)
)


@dataclass(frozen=True, slots=True)
class Header:
    """What the names of the columns tell; columns are counted from 0."""

    usernames: tuple[int, ...] = ()
    """The columns that may hold the usernames, the likeliest first."""
    passwords: tuple[int, ...] = ()
    """The columns that may hold the passwords, the likeliest first."""
    hashes: tuple[int, ...] = ()
    """The columns that hold hashes of passwords."""
    export: str = ""
    """The name of the export that it is recognised as; the columns are then certain."""
    hash_function: int | None = None
    """The column that says where passwords are hashes."""
    names_accounts: bool = False
    """Whether one is a username or a password and another one is known from some export."""

    @property
    def is_one(self) -> bool:
        """Whether it is taken for a header at all: it names both columns, or is an export's."""
        return bool(self.export) or bool(self.usernames and (self.passwords or self.hashes))


def word(name: str) -> str:
    """A column's name without case, separators and notes such as `[Required]`."""
    return _SEPARATORS.sub(" ", _NOTE.sub("", name.casefold())).strip()


def read_header(names: Sequence[str]) -> Header:
    """What these fields say if they are the names of columns."""
    words = [word(name) for name in names]
    for export in EXPORTS:
        if export.fits(words):
            return Header(
                usernames=(words.index(export.username),),
                passwords=() if export.password is None else (words.index(export.password),),
                export=export.name,
                hash_function=_find(words, export.hash_function),
            )
    usernames = _columns(words, USERNAMES + _USERNAMES_ABROAD)
    passwords = _columns(words, PASSWORDS + _PASSWORDS_ABROAD)
    return Header(
        usernames,
        passwords,
        hashes=tuple(column for column, each in enumerate(words) if each in _HASHES),
        names_accounts=bool(usernames or passwords) and len(_KNOWN.intersection(words)) > 1,
    )


def shown_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names of columns as they may be shown and kept; others are empty.

    What somebody takes for a header may be the first row, with a password in it: unless it is one
    for certain, only names that are known are told.
    """
    clues = read_header(names)
    if clues.is_one or clues.names_accounts:
        return tuple(names)
    return tuple(name if word(name) in _KNOWN | _HASHES else "" for name in names)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a password without being one: `****`, dots, x, "password"."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None


def may_be_password(text: str) -> bool:
    """Whether somebody could log in with a text: it is not blank, no stand-in and no hash."""
    return bool(text.strip()) and not is_placeholder(text) and not is_hash(text)


def is_hash(text: str) -> bool:
    """Whether a text is a password's hash beyond doubt; bare hexadecimal digits are not."""
    return _HASH.fullmatch(text.strip()) is not None


def _columns(words: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """The columns called one of these, in the order of the wanted names."""
    return tuple(column for name in wanted for column, each in enumerate(words) if each == name)


def _find(words: Sequence[str], name: str | None) -> int | None:
    return words.index(name) if name in words else None
