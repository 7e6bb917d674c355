"""Which configuration items depend on which: rows of cmdb_rel_ci, followed from the item that is depended on.

A relation type reads "Depends on::Used by": the parent depends on the child, the child is used by the parent. What is
done to the child touches the parent, so by default the way goes from child to parent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import NAME, Client, Row
from domain.dependencies import Reach, reach
from domain.ports.errors import Forbidden, NotFound
from domain.ticket import AssetRef

TABLE = "cmdb_rel_ci"
_ENDS = {"parent": ("child", "parent"), "child": ("parent", "child")}
"""By where a relation type leads to: the column it is followed from, and the column with what is reached."""


class ServiceNowRelations:
    """A `Relations`: up to `hops` relations away, over the types (name to where they lead: "parent", "child").
    `wanted` when an admin asked for it; else what may not be read is left aside.
    """

    name = NAME

    def __init__(self, client: Client, types: Mapping[str, str], hops: int, wanted: bool = True) -> None:
        self._client, self._types, self._hops, self._wanted = client, types, hops, wanted

    def related(self, assets: Sequence[AssetRef]) -> Mapping[AssetRef, Reach]:
        """What depends on each of these items. Raises Forbidden when an admin wants relations followed, and not all may
        be read.
        """
        try:
            return reach(assets, self._dependents, self._hops)
        except (Forbidden, NotFound):
            if self._wanted:
                raise
            return dict.fromkeys(assets, Reach())

    def _dependents(self, assets: Collection[AssetRef]) -> dict[AssetRef, list[AssetRef]]:
        by_id = {asset.id: asset for asset in assets}
        found: dict[AssetRef, list[AssetRef]] = {asset: [] for asset in assets}
        for end in dict.fromkeys(self._types.values()):
            start, reached = _ENDS[end]
            for row in self._rows(start, by_id, [name for name, to in self._types.items() if to == end]):
                other = AssetRef(NAME, values.value(row, reached), values.shown(row, reached))
                if other.id and (asset := by_id.get(values.value(row, start))) and other not in found[asset]:
                    found[asset].append(other)
        return found

    def _rows(self, column: str, ids: Iterable[str], types: Sequence[str]) -> Iterator[Row]:
        """Relations of these types. The instance may drop a condition, so that each row is looked at again."""
        for batch in encoded_query.batches(column, ids):
            query = encoded_query.every(batch, f"type.nameIN{','.join(types)}")
            listing = self._client.listing(TABLE, query, ("parent", "child", "type"))
            # A hidden relation may lead to the item with the highest class, so that a part is no answer.
            if not listing.complete and self._wanted:
                raise Forbidden(NAME, "some relations between configuration items may not be read")
            yield from (row for row in listing if values.shown(row, "type") in types)


def pair(row: Row, types: Mapping[str, str]) -> tuple[AssetRef, AssetRef] | None:
    """The item that is depended on and the one that depends on it; None for a relation of another type."""
    end = types.get(values.shown(row, "type"))
    if end is None:
        return None
    start, reached = (AssetRef(NAME, values.value(row, c), values.shown(row, c)) for c in _ENDS[end])
    return start, reached
