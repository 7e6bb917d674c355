"""Settings that are no text: variables and a `.env` in another encoding than UTF-8, told before any of them is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

_DOTENV = Path(".env")


def not_text(prefixes: Collection[str], environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """One line per variable with one of our prefixes that is not UTF-8, and one for a `.env` that cannot be read."""
    if _DOTENV.is_file():
        yield from _unreadable(_DOTENV)
    for name, value in sorted(environ.items()):
        # What is no UTF-8 stands in the environment of Python as halves of characters (PEP 383).
        if name.upper().startswith(tuple(prefixes)) and not _encodes(name + value):
            yield f"{name.encode('utf-8', 'replace').decode()}: is not UTF-8. Set it in UTF-8."


def _unreadable(file: Path) -> Iterator[str]:
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        yield f"{file}: {error.strerror}. Let the account of this process read it."
        return
    for number, line in enumerate(lines, start=1):
        # UTF-16 without a mark at its start decodes as UTF-8 too, with a NUL beside each letter.
        if b"\0" in line or not _decodes(line):
            yield f"{file}: line {number} is not UTF-8. Save the file as UTF-8."
            return


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
