"""The doctor's look at the register file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.register.file_reader import COLUMNS, NAME
from connectors.register.register import Contents, RegisterBook
from connectors.shared import doctor
from domain.asset import TRAITS
from domain.people import Role
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError
from domain.ticket import AssetRef

_CLASSES = ("confidentiality", "integrity", "availability")


class RegisterExaminer:
    """An `Examiner`."""

    def __init__(self, book: RegisterBook) -> None:
        self._book = book

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        """The file: readable, complete columns, names once, classes that are classes."""
        try:
            contents = self._book.contents()
        except SourceError as error:
            yield Diagnosis(Health.FAILED, "file", str(error), error.fix)
            return
        yield Diagnosis(Health.OK, "file", f"{len(contents.assets)} assets in {self._book.path.name}")
        yield from _columns(contents)
        yield from _rows(contents)
        if self._book.hops:
            yield from _lifted(self._book, contents)


def _lifted(book: RegisterBook, contents: Contents) -> Iterator[Diagnosis]:
    """How many assets count in a higher class because of what depends on them."""
    refs = {AssetRef(NAME, asset.id, asset.name): asset for asset in contents.assets}
    reached = book.related(tuple(refs))
    others = {ref: book.look_up([chain[-1] for chain in reached[ref].chains]).values() for ref in refs}
    lifted = [ref for ref, own in refs.items() if any(doctor.higher(other, own) for other in others[ref])]
    if any(others.values()):
        detail = (
            f"{len(lifted)} of {len(refs)} assets count in a higher class because of what depends on them"
        )
        yield Diagnosis(Health.OK, "depends_on", f"{detail} (REGISTER_RELATION_HOPS=0 follows nothing)")


# Without any of these the classes are still known; names serve where there are no ids.
_MAY_LACK = ("id", "updated_at", "maintenance_windows", "supplier", "depends_on", *TRAITS)


def _columns(contents: Contents) -> Iterator[Diagnosis]:
    lacking = [c for c in COLUMNS if c not in contents.columns and c not in _MAY_LACK]
    strange = [c for c in contents.columns if c not in COLUMNS]
    if lacking:
        yield Diagnosis(Health.WARNING, "columns", f"not there: {', '.join(lacking)}", "add them to the file")
    if strange:
        yield Diagnosis(Health.WARNING, "columns", f"not used: {', '.join(strange)}", "check their spelling")


def _rows(contents: Contents) -> Iterator[Diagnosis]:
    if contents.shared:
        shown = ", ".join(contents.shared)
        yield Diagnosis(
            Health.WARNING, "names", f"more than once, so never found: {shown}", "make them unique"
        )
    if contents.strays:
        shown = ", ".join(contents.strays)
        yield Diagnosis(
            Health.WARNING, "depends_on", f"names what is not in the file: {shown}", "use an id or name of it"
        )
    if contents.nameless:
        about = f"{contents.nameless} without id and name"
        yield Diagnosis(Health.WARNING, "rows", about, "give each row a name")
    for asset in contents.assets:
        poor = [c for c in _CLASSES if (seen := getattr(asset, c)).readable and not seen.filled]
        if poor:
            detail = f"{asset.name}: no class 1 to 5 for {', '.join(poor)}"
            yield Diagnosis(Health.WARNING, "classes", detail, "fill in the class")
