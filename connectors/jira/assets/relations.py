"""Which Assets objects depend on which: by a reference of the object that depends to the one it depends on.

Assets answers which objects refer to one, by whatever attribute; by which, only the objects themselves tell.
Source: https://support.atlassian.com/jira-service-management-cloud/docs/use-assets-query-language-aql/
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from connectors.jira.assets.api import OBJECTS
from connectors.jira.assets.attributes import references
from connectors.jira.assets.register import JiraAssets, Objects, not_taken
from domain.dependencies import Reach, reach
from domain.ports.errors import Forbidden, SourceError
from domain.ticket import AssetRef

SOME = '"{name}" is not EMPTY'
"""A query for objects that depend on others."""


class AssetsRelations:
    """A `Relations`: up to `hops` references away, by attributes of these names. `wanted` when an admin asked for it;
    else what may not be read is left aside.
    """

    name = OBJECTS

    def __init__(self, book: JiraAssets, names: Sequence[str], hops: int, wanted: bool = True) -> None:
        self._book, self.names, self.hops, self._wanted = book, names, hops, wanted

    def related(self, assets: Sequence[AssetRef]) -> Mapping[AssetRef, Reach]:
        """What depends on each of these objects. Raises Forbidden when an admin wants references followed, and they may
        not be read, and SourceError.
        """
        try:
            return reach(assets, self._dependents, self.hops)
        except SourceError as error:
            if not (isinstance(error, Forbidden) or not_taken(error)):
                raise
            if self._wanted:
                raise Forbidden(OBJECTS, f"what refers to objects may not be read: {error}") from None
            return dict.fromkeys(assets, Reach())

    def pairs(self, objects: Objects) -> set[tuple[AssetRef, AssetRef]]:
        """By the references of these objects: what is depended on, and what depends on it."""
        return {
            (AssetRef(OBJECTS, f"{place}:{number}" if place else key, label), self._book.ref(place, raw))
            for place, raw in objects
            for number, key, label in references(raw, self._book.kind_of(place, raw), self.names)
        }

    def _dependents(self, assets: Collection[AssetRef]) -> dict[AssetRef, list[AssetRef]]:
        found: dict[AssetRef, list[AssetRef]] = {asset: [] for asset in assets}
        starts = self._book.located(assets)
        for place, raw in self._book.referring(starts):
            kind = self._book.kind_of(place, raw)
            # Without the names of its attributes an object does not tell by which of them it refers.
            if kind.names is None and self._wanted:
                raise Forbidden(OBJECTS, "the attributes of some object types may not be read")
            other = self._book.ref(place, raw)
            for number, key, _ in references(raw, kind, self.names):
                asset = starts.get((place, number)) or starts.get((place, key))
                if asset and other not in found[asset]:
                    found[asset].append(other)
        return found
