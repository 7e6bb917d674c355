"""Which columns come back of a table, and of those that stay away, which are hidden and which are not there.

An answer leaves out both in silence. The instance's dictionary tells them apart, where the account may read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client, Row
from connectors.servicenow.cmdb import columns as ci_columns
from connectors.servicenow.cmdb.columns import LEVELS
from domain.fields import Field
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import Forbidden, NotFound

SAMPLE = 20
"""Records looked at: the first ones may be hidden, which says little of the others."""

_ABOVE = {"cmdb_ci": ("cmdb",)}
# The dictionary names a column under the table that defines it, not under those that extend that one.
_BELOW_TASK = frozenset({"change_request", "rm_release", "incident", "problem"})
_KEPT = "sys_id"
"""A column that every table has, by which we see whether the dictionary may be read at all."""

_HIDDEN = (
    "there, but hidden from the account",
    "let the account read {columns}: an access rule (ACL) for reading each",
)
_MISSING = (
    "no such column on this table",
    "name the column in which your site keeps it in {variable}, or make it (connectors/servicenow/README.md); "
    "until then what it tells counts as not seen",
)
_UNTOLD = (
    "hidden, or not there",
    "name the right columns in {variable}, or let the account read them; with read access to sys_dictionary the doctor "
    "tells which of the two",
)
_ORDER = (_HIDDEN, _MISSING, _UNTOLD)
"""What may be wrong with a column, and what to do about it."""


def examined(client: Client, table: str, columns: Mapping[str, str], variable: str) -> Iterator[Diagnosis]:
    """A line for each way in which columns (by what they are for) stay away, or one that all are there."""
    about = f"columns of {table}"
    rows = client.first(table, "ORDERBYsys_id", sorted(set(columns.values())), SAMPLE).rows
    if not rows:
        yield Diagnosis(Health.WARNING, about, "no record can be seen, so that they cannot be checked")
        return
    # In none of the records: an access rule may hide a column in some of them only.
    absent = {n: c for n, c in columns.items() if not any(c in row for row in rows)}
    if not absent:
        yield Diagnosis(Health.OK, about, f"all {len(columns)} come back")
        return
    known = _in_dictionary(client, table, absent.values())
    for (what, fix), names in _parted(absent, known).items():
        listed = ", ".join(sorted(f"{n} ({c})" if n != c else n for n, c in names.items()))
        own = ", ".join(sorted({f"{table}.{c}" for c in names.values()}))
        advice = fix.format(variable=variable, columns=own)
        yield Diagnosis(Health.WARNING, about, f"{what}: {listed}", advice)


def _parted(
    absent: Mapping[str, str], known: Collection[str] | None
) -> dict[tuple[str, str], dict[str, str]]:
    """Hidden, not there, and those of which that is not known: columns of other tables, or all without a dictionary;
    each with its fix.
    """
    parts: dict[tuple[str, str], dict[str, str]] = {}
    for name, column in sorted(absent.items()):
        part = _UNTOLD if known is None or "." in column else _HIDDEN if column in known else _MISSING
        parts.setdefault(part, {})[name] = column
    return dict(sorted(parts.items(), key=lambda kept: _ORDER.index(kept[0])))


def _in_dictionary(client: Client, table: str, columns: Collection[str]) -> set[str] | None:
    """Which of these columns the table has, or None when the dictionary may not be read."""
    above = ("task",) if table in _BELOW_TASK else _ABOVE.get(table, ("cmdb_ci", "cmdb"))
    where = f"nameIN{','.join((table, *above))}"
    found: set[str] = set()
    try:
        for which in encoded_query.alternatives("element", (*columns, _KEPT)):
            rows = client.listing("sys_dictionary", encoded_query.every(where, which), ("element",))
            found |= {values.value(row, "element") for row in rows}
    except (Forbidden, NotFound):
        return None
    return found if _KEPT in found else None


def strange_values(
    client: Client,
    table: str,
    columns: Mapping[str, str],
    meant: Mapping[str, Mapping[str, str]],
) -> Iterator[Diagnosis]:
    """Values of class columns that mean no class, as far as the first items show any."""
    classes = {name: column for name, column in columns.items() if name in LEVELS}
    rows = client.first(table, "ORDERBYsys_id", sorted(set(classes.values())), SAMPLE).rows if classes else ()
    for name, column in classes.items():
        found = {f.raw for row in rows if column in row and _strange(f := _read(name, row, column, meant))}
        if found:
            detail = f"{name} ({column}) holds what is no class: {', '.join(sorted(found))}"
            fix = f"say what these mean in SERVICENOW_CI_VALUES__{name.upper()}, or have them corrected"
            yield Diagnosis(Health.WARNING, f"values of {table}", detail, fix)


def _read(name: str, row: Row, column: str, meant: Mapping[str, Mapping[str, str]]) -> Field:
    return ci_columns.read(name, row, column, meant.get(name))


def _strange(field: Field) -> bool:
    return not field.filled and bool(field.raw)
