"""The two searches of the Jira sandbox: Cloud's, by token, and Data Center's, by offset."""

from __future__ import annotations

import secrets
from typing import Any

from flask import g, request

from sandbox.jira.jql import BadJql, search
from sandbox.jira.records import Issue
from sandbox.jira.state import State
from sandbox.jira.web import refuse


def _given() -> dict[str, Any]:
    """What a search is asked, in the body or in the address. There, fields come by comma or repeated."""
    if request.method == "POST":
        body: dict[str, Any] = request.get_json()
        return body
    fields = ",".join(request.args.getlist("fields"))
    return request.args.to_dict() | ({"fields": fields} if fields else {})


def token_search(site: State) -> Any:
    """The search of Cloud: tokens, no total."""
    given = _given()
    size = _size(given.get("maxResults", 50))
    names = given.get("fields") or "id"
    names = names.split(",") if isinstance(names, str) else names
    with site.lock:
        token = given.get("nextPageToken")
        # A token stands for the result as it was: what changes between two pages moves nothing.
        found, start = site.tokens.get(token or "", ([], 0)) if token else (_found(site, given), 0)
        rows = [
            g.beans.issue(i, [] if names == ["id"] else names, updated=site.stamp(i))
            for i in found[start : start + size]
            if i.key in site.issues
        ]
        last = start + size >= len(found)
        answer: dict[str, Any] = {"issues": rows, "isLast": last}
        # No token on the last page: https://jira.atlassian.com/browse/JRACLOUD-92184
        if not last:
            answer["nextPageToken"] = secrets.token_urlsafe(12)
            site.tokens[answer["nextPageToken"]] = (found, start + size)
    return answer


def offset_search(site: State) -> Any:
    """The search of Data Center: offsets."""
    given = _given()
    found, start, size = _found(site, given), int(given.get("startAt", 0)), _size(given.get("maxResults", 50))
    names = given.get("fields") or "*all"
    names = names.split(",") if isinstance(names, str) else names
    # Searched anew for every page: an issue that changes meanwhile moves the others, as on Data Center.
    rows = [g.beans.issue(i, names) for i in found[start : start + size]]
    return {"startAt": start, "maxResults": size, "total": len(found), "issues": rows}


def _found(site: State, given: dict[str, Any]) -> list[Issue]:
    # An anonymous visitor finds nothing, and that is a 200.
    if not g.user:
        return []
    try:
        found = search(site, given.get("jql", ""), g.user)
    except BadJql as why:
        refuse(400, str(why))
    return [i for i in found if site.visible(i)]


def _size(given: Any) -> int:
    try:
        size = int(given)
    except ValueError:
        size = 0
    if not 1 <= size <= 5000:
        refuse(400, "The maxResults parameter must be between 1 and 5000.")
    # Asked for more, the site gives fewer, and says so in its answer alone.
    return min(size, 100)
