"""What the account may do beyond what the bot needs: whoever takes its token can do that too. Writes nothing.

Asked of `mypermissions`, which tells what the account may. A token with scopes may do less; its scopes are not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.jira.client import Client, mapping
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError

SITE = {
    "SYSTEM_ADMIN": "administer the whole system",
    "ADMINISTER": "administer Jira",
}
"""Global permissions, and what they let do."""

PROJECT = {
    "ADMINISTER_PROJECTS": "administer the project",
    "EDIT_ISSUES": "change fields",
    "TRANSITION_ISSUES": "move tickets on",
    "DELETE_ISSUES": "delete tickets",
    "EDIT_ALL_COMMENTS": "change what others wrote",
    "DELETE_ALL_COMMENTS": "delete what others wrote",
}
"""Permissions in a project that the bot never uses, but for the first: see `_USED`."""

_USED = "; on Cloud the bot uses ADMINISTER_PROJECTS to edit its comment without mail, and does without"
_OWN = "give the bot an account of its own that is in no group of administrators"
_SCHEME = "take it out of the groups and roles to which the permission scheme gives these"


def given(client: Client, wanted: Sequence[str] | Mapping[str, str], where: Mapping[str, str]) -> set[str]:
    """Which of the permissions the account has. Raises SourceError."""
    params = {**where, "permissions": ",".join(wanted)}
    have = mapping(mapping(client.api("mypermissions", params)).get("permissions"))
    return {name for name in wanted if (have.get(name) or {}).get("havePermission")}


def beyond(client: Client, projects: Sequence[str]) -> Iterator[Diagnosis]:
    """A warning for each kind of right that is not needed, with the fix; one good line where there is none.
    "" stands for any project at all.
    """
    try:
        found = list(_beyond(client, projects))
    except SourceError as error:
        yield Diagnosis(Health.WARNING, "rights beyond need", f"could not be asked: {error}", error.fix)
        return
    nothing = Diagnosis(Health.OK, "rights beyond need", "none of those that administer, change or delete")
    yield from found or (nothing,)


def _beyond(client: Client, projects: Sequence[str]) -> Iterator[Diagnosis]:
    if site := _told(SITE, given(client, SITE, {})):
        yield Diagnosis(Health.WARNING, "rights beyond need", f"the account may {site}", _OWN)
    # By rights and not by project: most projects share a scheme, so that one line says it for all.
    by_rights: dict[str, list[str]] = {}
    for project in projects:
        more = _told(PROJECT, given(client, PROJECT, {"projectKey": project} if project else {}))
        by_rights.setdefault(more, []).append(project or "some project")
    by_rights.pop("", None)
    for rights, where in by_rights.items():
        detail = f"in {', '.join(where)} the account may {rights}"
        detail += _USED if client.cloud and "ADMINISTER_PROJECTS" in rights else ""
        yield Diagnosis(Health.WARNING, "rights beyond need", detail, _SCHEME)


def _told(what: Mapping[str, str], have: set[str]) -> str:
    return ", ".join(f"{words} ({name})" for name, words in what.items() if name in have)
