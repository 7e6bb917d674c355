"""`COLUMNS.md`, generated from the columns that are looked for by default: `make columns-doc` writes it, and a test
compares it. What a plain instance does not have is described as an update set would make it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from connectors.servicenow.cmdb.columns import FLAGS, LEVELS
from connectors.servicenow.columns import CI_COLUMNS, COLUMNS
from domain.fields import FIELDS, FieldSpec, Kind

_TYPES = {
    Kind.TEXT: "String (4000)",
    # A True/False column is "false" before anybody answered, which would read as "no" (decision 3).
    Kind.BOOL: "Choice (with “None”)",
    Kind.CHOICE: "Choice (with “None”)",
    Kind.USERS: "List of User [sys_user]",
    Kind.PARTY: "Reference to Group [sys_user_group]",
    Kind.MOMENT: "Date/Time",
    Kind.KEYS: "String (255)",
    Kind.LIST: "String (255)",
}
_ITEM_TYPES = {
    "owner": "Reference to User [sys_user]",
    "operations_group": "Reference to Group [sys_user_group]",
    "stakeholders": "List of User [sys_user]",
    "service_hours": "Choice (with “None”)",
    "maintenance_windows": "String (255)",
}
_ITEM_LABELS = {"gdpr": "Personal data (GDPR)", "ksz": "Social security data (KSZ)", "nis2": "NIS2"}
_ITEM_NOTES = {
    "service_hours": "5x10, 24x7",
    "maintenance_windows": "such as: Sun 02:00-06:00; mon-thu 22:00-02:00",
}
_NOTES = {
    "environment_path": "D, T, A, P in the order passed",
    "classification": "such as: C3 I2 A1 gdpr",
    "reported_authority": "a moment, or that it is not needed and why",
}
_STANDING = (
    ("u_compliance_status", "String (100)", "Compliance status"),
    ("u_compliance_findings", "String (4000)", "Open findings"),
)

INTRODUCTION = """# Columns that a plain instance does not have

Each may be left out: the points that need it are then told to the administrator as not to be seen, and nobody is
nagged. Where your site has a column for it already, name that one: `SERVICENOW_FIELDS__<FIELD>=column`,
`SERVICENOW_CI_FIELDS__<FIELD>=column`.

To make them as an update set: System Update Sets → Local Update Sets → New (“Sluiswachter columns”) → Submit and Make
Current; then System Definition → Tables → the table → Columns → New, one row below at a time, with read access for the
integration user. A yes/no is a choice rather than a True/False column, because the latter is “false” before anybody
answered. Choice values are the codes below, with labels in your own language. Close the update set, export it as XML,
import and commit it elsewhere.
"""


def document() -> str:
    """The whole file."""
    return "\n".join((INTRODUCTION, *_tickets(), "", *_own(), "", *_items())) + "\n"


def _tickets() -> Iterator[str]:
    yield from ("## On change_request, and on rm_release where releases are watched", "")
    yield from ("| column | type | label | choices | field |", "|---|---|---|---|---|")
    for name, column in sorted(COLUMNS.items(), key=lambda pair: pair[1]):
        if column.startswith("u_"):
            spec = FIELDS[name]
            yield f"| `{column}` | {_TYPES[spec.kind]} | {spec.label} | {_choices(spec)} | {name.upper()} |"


def _own() -> Iterator[str]:
    yield from ("## For what the bot tells, on the same tables", "")
    yield from ("| column | type | label | setting |", "|---|---|---|---|")
    for column, kind, label in _STANDING:
        setting = f"SERVICENOW_{column.removeprefix('u_compliance_').upper()}_COLUMN"
        yield f"| `{column}` | {kind}, read only on the form | {label} | {setting} |"


def _items() -> Iterator[str]:
    yield from ("## On cmdb_ci, or on the classes that carry a classification", "")
    yield from ("| column | type | label | choices | field |", "|---|---|---|---|---|")
    for name, column in CI_COLUMNS.items():
        if column.startswith("u_"):
            label = _ITEM_LABELS.get(name, name.replace("_", " ").capitalize())
            yield f"| `{column}` | {_item_type(name)} | {label} | {_item_choices(name)} | {name.upper()} |"


def _item_type(name: str) -> str:
    return _ITEM_TYPES.get(name, "Choice (with “None”)")


def _item_choices(name: str) -> str:
    if name in LEVELS:
        return "1, 2, 3, 4, 5"
    return "yes, no" if name in FLAGS else _ITEM_NOTES.get(name, "")


def _choices(spec: FieldSpec) -> str:
    if spec.kind is Kind.BOOL:
        return "yes, no"
    return ", ".join(spec.choices) or _NOTES.get(spec.name, "")


if __name__ == "__main__":
    sys.stdout.write(document())
