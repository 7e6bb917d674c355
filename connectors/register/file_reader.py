"""Reading the register file: CSV (comma, semicolon or tab) or YAML, into rows of named cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from domain.ports.errors import SourceError

NAME = "register"

COLUMNS = (
    "id",
    "name",
    "confidentiality",
    "integrity",
    "availability",
    "gdpr",
    "ksz",
    "nis2",
    "owner",
    "operations_group",
    "service_hours",
    "stakeholders",
    "maintenance_windows",
    "supplier",
    "chain_component",
    "internet_facing",
    "depends_on",
    "updated_at",
)
ALIASES = {
    "naam": "name",
    "vertrouwelijkheid": "confidentiality",
    "integriteit": "integrity",
    "beschikbaarheid": "availability",
    "avg": "gdpr",
    "eigenaar": "owner",
    "beheergroep": "operations_group",
    "diensturen": "service_hours",
    "belanghebbenden": "stakeholders",
    "onderhoudsvensters": "maintenance_windows",
    "leverancier": "supplier",
    "ketencomponent": "chain_component",
    "hangt_af_van": "depends_on",
}
"""Dutch column names that are understood too."""

_NOT_UTF8 = ("is not UTF-8 text", "save it as UTF-8 (in Excel: CSV UTF-8)")

Row = Mapping[str, Any]


def load(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Columns (known or not) and rows. Raises SourceError with the fix."""
    try:
        # Excel begins "CSV UTF-8" with a byte order mark, which would become part of the first column's name.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _unusable(path, f"cannot be opened: {error.strerror}", "correct REGISTER_FILE") from None
    except UnicodeDecodeError:
        raise _unusable(path, *_NOT_UTF8) from None
    # UTF-16 without a mark at its start decodes as UTF-8 too; at the end they are of a file that was not written whole.
    if "\0" in text.rstrip("\0"):
        raise _unusable(path, *_NOT_UTF8)
    raw = _yaml(path, text) if path.suffix.lower() in (".yaml", ".yml") else _csv(path, text)
    rows: list[Row] = [{_column(k): v for k, v in row.items() if k is not None} for row in raw]
    # Of all rows: in YAML each has only what was written for it.
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    if not rows:  # otherwise every asset would be said to be in no register
        raise _unusable(path, "holds no assets", "see whether it was written whole")
    if "name" not in columns:
        raise _unusable(path, "has no column name", f"use the columns {', '.join(COLUMNS)}")
    return columns, rows


def _csv(path: Path, text: str) -> list[dict[str, Any]]:
    header = text.split("\n", 1)[0]
    # By the header: Excel writes semicolons where the decimal sign is a comma, and cells may hold any of the three.
    delimiter = max(",;\t", key=header.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _unusable(path, f"is not CSV: {error}", "check the quotes in it") from None
    if rows and None in rows[-1].values():  # cells that are empty are there all the same
        raise _unusable(path, "ends in the middle of a row", "see whether it was written whole")
    return rows


def _yaml(path: Path, text: str) -> list[dict[str, Any]]:
    try:
        told = yaml.safe_load(text)
    # ValueError comes of a date like 2024-13-40, which YAML takes for one.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # Only the line: the parser's own text quotes the file, with names of people in it.
        place = getattr(error, "problem_mark", None)
        where = f" at line {place.line + 1}" if place else ""
        raise _unusable(
            path, f"is not YAML{where}", "check the indentation, quotes and dates there"
        ) from None
    listed = told.get("assets") if isinstance(told, dict) else told
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise _unusable(path, "holds no list of assets", "write a list, one mapping per asset")
    return listed


def _column(name: object) -> str:
    word = "_".join(str(name).strip().lower().replace("-", " ").split())
    return ALIASES.get(word, word)


def _unusable(path: Path, why: str, fix: str) -> SourceError:
    return SourceError(NAME, f"the register file {path.name} {why}", fix)
