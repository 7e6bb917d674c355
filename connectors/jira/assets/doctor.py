"""The doctor's look at Assets: whether it is open to the account, and where its objects keep what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.jira.assets.api import object_types
from connectors.jira.assets.attributes import Kind
from connectors.jira.assets.register import JiraAssets, not_taken
from connectors.jira.assets.relations import SOME, AssetsRelations
from connectors.jira.fields import SiteField
from connectors.shared.doctor import higher
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError

# Each costs a request, and the doctor is run by hand: somebody waits for it.
MOST_TYPES = 200
"""Object types looked at."""
_SHOWN = 5


def examined(
    book: JiraAssets, fields: Sequence[SiteField], relations: AssetsRelations | None = None
) -> Iterator[Diagnosis]:
    """The workspaces, for each field of an asset the object types that have it, and what references lift. Nothing
    for a site without Assets. Raises SourceError.
    """
    places = book.workspaces()
    if not places:
        yield from _absent(fields)
    for place in places:
        types = object_types(book.way, place)[:MOST_TYPES]
        kinds = {str(t.get("name")): book.kind(place, str(t.get("id"))) for t in types}
        if not kinds:
            fix = "give the account the role Object schema users in the schemas that tickets point to"
            yield Diagnosis(Health.FAILED, "assets", "no object types can be seen", fix)
            continue
        yield Diagnosis(Health.OK, "assets", f"readable; object types: {_some(list(kinds))}")
        yield from (_attribute(name, wanted, kinds) for name, wanted in book.wanted.items())
        if relations:
            yield from _lifted(
                book, relations, [n for n in relations.names if any(k.has(n) for k in kinds.values())]
            )


def _lifted(book: JiraAssets, relations: AssetsRelations, names: Sequence[str]) -> Iterator[Diagnosis]:
    """How many objects count in a higher class because of what depends on them, of the first references."""
    try:
        pairs = relations.pairs([one for name in names for one in book.first(SOME.format(name=name))])
    except SourceError as error:
        if not not_taken(error):
            raise
        return
    known = book.look_up(sorted({ref for pair in pairs for ref in pair}, key=lambda ref: ref.id))
    lifted = {a for a, b in pairs if a in known and b in known and higher(known[b], known[a])}
    if pairs:
        about = len({a for a, _ in pairs})
        detail = f"of {about} objects that others depend on, {len(lifted)} count in a higher class "
        yield Diagnosis(
            Health.OK, "asset relations", detail + "because of these (JIRA_RELATION_HOPS=0 follows none)"
        )


def _absent(fields: Sequence[SiteField]) -> Iterator[Diagnosis]:
    if fields:
        named = ", ".join(f"{field.name} ({field.id})" for field in fields)
        detail = f"{named} point to Assets, but the account sees no Assets here"
        yield Diagnosis(Health.FAILED, "assets", detail, "give the account access to Jira Service Management")


def _attribute(name: str, wanted: Sequence[str], kinds: dict[str, Kind]) -> Diagnosis:
    about, holders = f"asset {name}", [kind for kind, held in kinds.items() if any(map(held.has, wanted))]
    if not holders:
        detail = f"no object type has an attribute {' or '.join(wanted)}, so it is unknown"
        return Diagnosis(Health.WARNING, about, detail, f"set JIRA_ASSET_FIELDS__{name.upper()} to its name")
    return Diagnosis(Health.OK, about, f"on {_some(holders)}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} others" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
