"""Cells of a record, as `sysparm_display_value=all` gives them, into values. Dates only from the raw value (UTC)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain import parsing
from domain.ports.errors import Garbled

Row = Mapping[str, Any]


def has(row: Row, column: str) -> bool:
    """Whether the column came back at all; one that did not is hidden or does not exist."""
    # Not by its value: an empty column comes back as "", one that is hidden does not come back.
    return column in row


def value(row: Row, column: str) -> str:
    """The stored value; "" when empty or absent. Numbers and booleans of other APIs become their text."""
    cell = row.get(column)
    return _plain(cell.get("value") if isinstance(cell, dict) else cell)


def shown(row: Row, column: str) -> str:
    """What people see; the stored value when nothing is shown."""
    cell = row.get(column)
    display = cell.get("display_value") if isinstance(cell, dict) else cell
    return _plain(display) or value(row, column)


def shown_names(row: Row, column: str) -> list[str]:
    """Names shown in a list column, which ServiceNow joins with a comma and a blank."""
    return [name for name in re.split(r",\s*", shown(row, column)) if name]


def stamp(row: Row, column: str) -> datetime:
    """A system date. Raises Garbled when there is none that can be meant: every record has one."""
    # The shown date follows the account's time zone and format; the stored one is always UTC.
    found = parsing.moment(value(row, column)).value
    if not isinstance(found, datetime):
        raise Garbled("servicenow", f"a record without a usable {column}")
    return found


def _plain(raw: Any) -> str:
    if raw is None:
        return ""
    # APIs beside the Table API give JSON's own kinds where that one gives text.
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)
