"""The settings in force, for the audit trail: names, and values only to be hashed; of secrets the name alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, SecretStr
from pydantic_core import to_json

from bot.settings.load import Settings, prefix
from domain.waiver import Declaration
from rules.loading.loader import Pack

_SECRET_TOO = frozenset({"SLUIS_DATABASE_URL"})
"""May hold a password, though it is no secret as a whole."""


def in_force(
    settings: Settings, packs: Sequence[Pack], declarations: Sequence[Declaration]
) -> Mapping[str, str | None]:
    """What judges and speaks now, by name: the value as text, None where only the name may be told."""
    found: dict[str, str | None] = {}
    for group in (settings.bot, settings.roles, *settings.connectors.values()):
        found |= dict(_variables(group, prefix(type(group))))
    # With all that it holds: a pack of one's own can change and keep its version.
    found |= {f"pack {pack.id} {pack.version}": pack.model_dump_json(by_alias=True) for pack in packs}
    return found | {"declarations": json.dumps([repr(one) for one in declarations])}


def _variables(group: BaseModel, start: str) -> Iterator[tuple[str, str | None]]:
    """Variables that were set. One that is not set has its default, which the version of the program tells."""
    for name in sorted(group.model_fields_set):
        value = getattr(group, name)
        variable = f"{start}{name}".upper()
        hidden = isinstance(value, SecretStr) or variable in _SECRET_TOO
        yield variable, None if hidden else to_json(value).decode()
