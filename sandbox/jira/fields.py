"""Kinds of fields of the Jira sandbox: their schema, the JSON shape of their values, and how people see them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"  # several lines: ADF
    STRING = "string"  # one line
    SELECT = "select"
    OPTIONS = "options"  # several choices, or checkboxes
    USER = "user"
    USERS = "users"
    GROUP = "group"
    GROUPS = "groups"
    MOMENT = "moment"
    DATE = "date"
    NUMBER = "number"
    SERVICES = "services"
    ASSETS = "assets"
    APPROVALS = "approvals"
    VERSIONS = "versions"
    RESOLUTION = "resolution"
    RAW = "raw"  # kept as it is given


Lookup = Callable[[Any], Any]
WORKSPACE = "1060ba0e-178b-4e0e-a0a1-5edb02cccb5f"
"""The workspace of the site's Assets."""
SERVER_ASSETS = "com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object"
"""Type of an Assets field on Data Center."""
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"


@dataclass(frozen=True, slots=True)
class KindSpec:
    """Schema of a kind, and how a story's value becomes what the API stores."""

    schema: dict[str, str]
    encode: Callable[[Any, Lookup], Any]


def number_of(words: str) -> str:
    """A stable number for an option, group or service of this name."""
    # Out of the name, so that a story told twice gives the same recordings.
    return str(10000 + int(hashlib.sha256(words.encode()).hexdigest()[:6], 16) % 89999)


def adf(words: str) -> dict[str, Any]:
    """Plain text as an ADF document: a paragraph per line."""
    lines = [[{"type": "text", "text": line}] if line else [] for line in words.split("\n")]
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": line} for line in lines],
    }


def adf_text(node: Any) -> str:
    """The text of an ADF document, a line per block."""
    if not isinstance(node, dict):
        return ""
    if node.get("type") in ("text", "hardBreak"):
        return str(node.get("text", "\n"))
    inner = "".join(adf_text(child) for child in node.get("content", []))
    return inner + "\n" if node.get("type") in ("paragraph", "heading", "listItem") else inner


def user_ref(user: Any) -> dict[str, Any]:
    """A user as a value. The API fills in the rest when it answers."""
    return {"accountId": user.account_id, "displayName": user.name, "active": user.active}


def group_ref(name: str) -> dict[str, str]:
    """A group as a value."""
    return {"name": name, "groupId": f"group-{number_of(name)}"}


def _option(value: Any, _: Lookup) -> Any:
    return {"value": str(value), "id": number_of(str(value))}


def _many(one: Callable[[Any, Lookup], Any]) -> Callable[[Any, Lookup], Any]:
    return lambda values, user: [one(v, user) for v in _listed(values)]


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, (list, tuple, set)) else [values]


def _text(value: Any, _: Lookup) -> Any:
    return adf(value) if isinstance(value, str) else value


def _moment(value: Any, _: Lookup) -> Any:
    return jira_time(value) if hasattr(value, "strftime") else value


def _named(value: Any, _: Lookup) -> Any:
    return {"id": number_of(str(value)), "name": str(value)}


def _service(value: Any, _: Lookup) -> Any:
    if str(value).startswith("ari:"):
        return {"id": str(value)}  # what most sites give: an id and nothing else
    return {"id": f"ari:cloud:graph::service/{number_of(str(value))}", "name": str(value)}


def _object(value: Any, _: Lookup) -> Any:
    return {"workspaceId": WORKSPACE, "id": f"{WORKSPACE}:{value}", "objectId": str(value)}


def _as_is(value: Any, _: Lookup) -> Any:
    return value


def jira_time(moment: Any) -> str:
    """A moment in Jira's own form: milliseconds, offset without a colon."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def _user(value: Any, user: Lookup) -> Any:
    return user_ref(user(value))


def _group(value: Any, _: Lookup) -> Any:
    return group_ref(str(value))


def _spec(kind: str, custom: str, encode: Callable[[Any, Lookup], Any], items: str = "") -> KindSpec:
    schema = {"type": kind, "custom": custom if ":" in custom else _CUSTOM + custom}
    return KindSpec(schema | ({"items": items} if items else {}), encode)


KINDS: dict[FieldKind, KindSpec] = {
    FieldKind.TEXT: _spec("string", "textarea", _text),
    FieldKind.STRING: _spec("string", "textfield", _as_is),
    FieldKind.SELECT: _spec("option", "select", _option),
    FieldKind.OPTIONS: _spec("array", "multicheckboxes", _many(_option), "option"),
    FieldKind.USER: _spec("user", "userpicker", _user),
    FieldKind.USERS: _spec("array", "multiuserpicker", _many(_user), "user"),
    FieldKind.GROUP: _spec("group", "grouppicker", _group),
    FieldKind.GROUPS: _spec("array", "multigrouppicker", _many(_group), "group"),
    FieldKind.MOMENT: _spec("datetime", "datetime", _moment),
    FieldKind.DATE: _spec("date", "datepicker", _as_is),
    FieldKind.NUMBER: _spec("number", "float", _as_is),
    FieldKind.SERVICES: _spec(
        "array",
        "com.atlassian.jira.plugins.service-entity:service-entity-field-cftype",
        _many(_service),
        "service-entity-field",
    ),
    FieldKind.ASSETS: _spec(
        "array",
        "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype",
        _many(_object),
        "cmdb-object-field",
    ),
    FieldKind.APPROVALS: _spec(
        "sd-approvals", "com.atlassian.servicedesk.approvals-plugin:sd-approvals", _as_is
    ),
    FieldKind.VERSIONS: _spec("array", "multiversion", _many(_named), "version"),
    FieldKind.RESOLUTION: _spec("resolution", "resolution", _named),
    FieldKind.RAW: _spec("any", "any", _as_is),
}

# These have the same id on every site; all others have a number, which no client can know beforehand.
SYSTEM_FIELDS: dict[str, tuple[str, FieldKind]] = {
    "summary": ("Summary", FieldKind.STRING),
    "description": ("Description", FieldKind.TEXT),
    "reporter": ("Reporter", FieldKind.USER),
    "assignee": ("Assignee", FieldKind.USER),
    "fixVersions": ("Fix versions", FieldKind.VERSIONS),
    "resolution": ("Resolution", FieldKind.RESOLUTION),
    "status": ("Status", FieldKind.RAW),
}


def show(value: Any) -> str | None:
    """A value as people see it, and as the changelog's `toString` has it."""
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return ", ".join(filter(None, map(show, value)))
    if isinstance(value, dict):
        if value.get("type") == "doc":
            return adf_text(value).strip()
        keys = ("displayName", "value", "name", "errorMessage", "objectId")
        return next((str(value[k]) for k in keys if k in value), str(value))
    return str(value)
