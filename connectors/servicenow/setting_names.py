"""Names in the settings: known fields, and columns that can prove something."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

_COLUMN = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_NO_EVIDENCE = frozenset(
    # Journals may be written by anybody, and `approval` becomes "approved" by itself where nobody is asked.
    {"work_notes", "comments", "comments_and_work_notes", "approval", "approval_history"}
)


def columns_of(value: dict[str, str], known: Collection[str], what: str) -> dict[str, str]:
    """Columns by field, with the fields in lower case. Raises ValueError for an unknown field, a label in the place
    of a column, and a column that proves nothing.
    """
    for key, column in value.items():
        one_of(key, known, what)
        if not _COLUMN.fullmatch(column):
            raise ValueError(f"{key}: {column!r} is no column name; use the name, not the label")
        # Also at the end of a walk: "parent.approval" proves no more.
        if column.rpartition(".")[2] in _NO_EVIDENCE:
            raise ValueError(f"{key}: {column} proves nothing (anyone can write it); name another column")
    return {key.lower(): column for key, column in value.items()}


def one_of(word: str, known: Collection[str], what: str) -> None:
    """Raises ValueError for a word that is not known, with the nearest one that is."""
    if word.lower() in known:
        return
    near = difflib.get_close_matches(word.lower(), known, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(sorted(known))}"
    raise ValueError(f"unknown {what} {word}{hint}")
