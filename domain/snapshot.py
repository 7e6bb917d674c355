"""The facts a verdict was made from, as plain JSON: kept as evidence, hashed for reproducibility.

E-mail addresses are left out: they serve to reach people, not to prove anything. So is the doubt of a field: it
follows from the facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from domain.facts import Facts

_LEFT_OUT = frozenset({"email", "now", "doubt", "memo"})
_WHERE_SET = frozenset({"day_ends", "successors"})
"""What is kept only where it says something, so that snapshots without it have the hash they had before."""
_NOTHING = (None, ())


def snapshot(facts: Facts) -> dict[str, Any]:
    """The facts as a JSON-able dict with stable order. `now` is left out: it is kept beside the snapshot."""
    plain: dict[str, Any] = _plain(facts)
    return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        named = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in _LEFT_OUT}
        return {name: _plain(v) for name, v in named.items() if v not in _NOTHING or name not in _WHERE_SET}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {
            str(_plain(key)): _plain(item)
            for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
