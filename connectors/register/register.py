"""The register file as a book of assets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.register.file_reader import NAME, Row, load
from domain import parsing
from domain.asset import TRAITS, Asset
from domain.dependencies import Reach, reach
from domain.fields import Field
from domain.people import Group, Person
from domain.sentence import say
from domain.ticket import AssetRef


@dataclass(frozen=True, slots=True)
class Contents:
    """The assets of a file, findable, and what is wrong with it. Ids and names that two rows share find nothing.
    `dependents` gives what depends on an asset, by its id; `strays` are names in depends_on that find nothing.
    """

    columns: tuple[str, ...]
    assets: tuple[Asset, ...]
    by_id: Mapping[str, Asset]
    by_name: Mapping[str, Asset]
    shared: tuple[str, ...]
    nameless: int
    dependents: Mapping[str, tuple[Asset, ...]]
    strays: tuple[str, ...]


class RegisterBook:
    """An `AssetBook`, and a `Relations` up to `hops` steps. Reads the file again when its time or size changes."""

    name = NAME
    title = say("the register file")

    def __init__(self, path: Path, hops: int = 0) -> None:
        self.path, self.hops = path, hops
        self._kept: tuple[tuple[int, int], Contents] | None = None

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """Assets by id or exact name (in any case). Raises SourceError when the file cannot be used."""
        contents = self.contents()
        found = {ref: _find(ref, contents) for ref in refs}
        return {ref: asset for ref, asset in found.items() if asset}

    def related(self, assets: Sequence[AssetRef]) -> Mapping[AssetRef, Reach]:
        """What depends on each of these assets. Raises SourceError when the file cannot be used."""
        dependents = self.contents().dependents

        def step(asked: Collection[AssetRef]) -> dict[AssetRef, list[AssetRef]]:
            return {ref: [_ref(asset) for asset in dependents.get(_key(ref.id), ())] for ref in asked}

        return reach(assets, step, self.hops)

    def contents(self) -> Contents:
        """What the file says now. Raises SourceError."""
        stamp = _stamp(self.path)
        kept = self._kept
        if kept is None or kept[0] != stamp:
            # Stamped before it is read: what is written meanwhile is seen at the next look.
            kept = (stamp, _contents(*load(self.path)))
            self._kept = kept
        return kept[1]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        # A file that is gone has no stamp of its own, so that what was kept of it is not used on.
        return (0, 0)
    return (state.st_mtime_ns, state.st_size)


def _find(ref: AssetRef, contents: Contents) -> Asset | None:
    if ref.book == NAME:
        return contents.by_id.get(_key(ref.id))
    # People also write a register's id where a ticket asks for a name.
    return contents.by_name.get(_key(ref.name)) or contents.by_id.get(_key(ref.name))


def _ref(asset: Asset) -> AssetRef:
    return AssetRef(NAME, asset.id, asset.name)


def _contents(columns: tuple[str, ...], rows: Sequence[Row]) -> Contents:
    # Spreadsheets end in rows that are empty but for their borders.
    named = [row for row in rows if _cell(row, "name") or _cell(row, "id")]
    assets = [_asset(row, columns) for row in named]
    by_id, shared_ids = _alone((asset.id, asset) for asset in assets)
    by_name, shared_names = _alone((asset.name, asset) for asset in assets)
    # Ids last: where one asset's id is another's name, the id is meant.
    dependents, strays = _dependents(zip(named, assets, strict=True), {**by_name, **by_id})
    return Contents(
        columns=columns,
        assets=tuple(assets),
        by_id=by_id,
        by_name=by_name,
        dependents=dependents,
        strays=tuple(sorted(strays)),
        shared=tuple(sorted(shared_ids | shared_names)),
        nameless=sum(1 for row in rows if any(row.values())) - len(assets),
    )


def _alone(named: Iterable[tuple[str, Asset]]) -> tuple[dict[str, Asset], set[str]]:
    """Assets by what they alone are called, and what several are called: that decides nothing."""
    pairs = list(named)
    uses = Counter(_key(name) for name, _ in pairs)
    alone = {_key(name): asset for name, asset in pairs if uses[_key(name)] == 1}
    return alone, {name for name, _ in pairs if uses[_key(name)] > 1}


def _dependents(
    rows: Iterable[tuple[Row, Asset]], places: Mapping[str, Asset]
) -> tuple[dict[str, tuple[Asset, ...]], set[str]]:
    """What depends on each asset, by its id; and what a row depends on that the file does not hold."""
    found: dict[str, tuple[Asset, ...]] = {}
    strays: set[str] = set()
    for row, asset in rows:
        for words in _parts(row.get("depends_on")):
            if other := places.get(_key(words)):
                found[_key(other.id)] = (*found.get(_key(other.id), ()), asset)
            else:
                strays.add(words)
    return found, strays


def _asset(row: Row, columns: Iterable[str]) -> Asset:
    name, own_id = _cell(row, "name"), _cell(row, "id")
    seen = {
        column: read(row.get(column), column)
        if column in columns
        else parsing.unreadable(column, "no such column")
        for column, read in _READERS.items()
    }
    updated = parsing.moment(row.get("updated_at")).moment
    return Asset.described((NAME, own_id or name), name or own_id, seen, updated)


def _cell(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value).strip()


def _key(words: str) -> str:
    # Names are typed by hand in two places; blanks and capitals are no reason for "not in the register".
    return " ".join(words.split()).casefold()


def _parts(raw: Any) -> list[str]:
    listed = raw if isinstance(raw, list) else re.split(r"[,;\n]+", str(raw)) if raw is not None else []
    return [words for part in listed if parsing.text(words := str(part).strip()).filled]


def _named(words: str) -> tuple[str, str]:
    """Id and name of "id|Name"; both the same for a bare name."""
    key, _, name = (part.strip() for part in words.partition("|"))
    return key, name or key


def _people(raw: Any, where: str) -> Field:
    people = tuple(Person(*_named(part)) for part in _parts(raw))
    return Field(people or None, where=where)


def _group(raw: Any, where: str) -> Field:
    words = parsing.text(raw, where)
    return Field((Group(*_named(str(words.value))),), where=where) if words.filled else words


_READERS: Mapping[str, Callable[[Any, str], Field]] = {
    "confidentiality": parsing.level,
    "integrity": parsing.level,
    "availability": parsing.level,
    "gdpr": parsing.boolean,
    "ksz": parsing.boolean,
    "nis2": parsing.boolean,
    "owner": _people,
    "operations_group": _group,
    "service_hours": parsing.hours,
    "stakeholders": _people,
    "maintenance_windows": parsing.text,
    "supplier": parsing.text,
    **dict.fromkeys(TRAITS, parsing.boolean),
}
