"""The Jira sandbox as people see it: a list of issues, and an issue with its comments. No log-in needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template
from markupsafe import Markup, escape

from sandbox.jira.fields import FieldKind, show
from sandbox.jira.records import Comment, Issue, category
from sandbox.jira.render import html
from sandbox.jira.state import State

# Fixed, so that pictures of the pages are the same on any machine.
_ZONE = ZoneInfo("Europe/Brussels")
_PEOPLE = ("reporter", "assignee")
_HEAD = ("summary", "description", "status", *_PEOPLE)


def pages(site: State) -> Blueprint:
    """The pages, for the app."""
    folder = Blueprint("pages", __name__, template_folder="templates")

    @folder.get("/")
    def home() -> Any:
        issues = sorted(site.issues.values(), key=lambda i: (i.project, int(i.key.rsplit("-", 1)[1])))
        return render_template("jira/list.html", issues=[_row(i) for i in issues])

    @folder.get("/browse/<key>")
    def browse(key: str) -> Any:
        issue = site.issue(key)
        if issue is None:
            abort(404)
        return render_template("jira/issue.html", issue=_row(issue), **_details(site, issue))

    return folder


def _row(issue: Issue) -> dict[str, Any]:
    return {
        "key": issue.key,
        "project": issue.project,
        "type": issue.type,
        "summary": issue.values["summary"],
        "status": issue.status,
        "category": category(issue.status),
        "jsm": issue.jsm,
        "updated": when(issue.updated),
        "comments": len(issue.comments),
    }


def _details(site: State, issue: Issue) -> dict[str, Any]:
    values = {f: v for f, v in issue.values.items() if f not in _HEAD and show(v)}
    long = {f for f in values if site.fields[f].kind is FieldKind.TEXT}
    return {
        "description": html(issue.values.get("description")) or None,
        "facts": [(site.fields[f].name, _fact(v)) for f, v in values.items() if f not in long],
        "texts": [(site.fields[f].name, html(values[f])) for f in values if f in long],
        "people": [(f.capitalize(), show(issue.values.get(f)) or "Unassigned") for f in _PEOPLE],
        "links": [(outward if out else inward, key) for key, outward, inward, out in issue.links],
        "approvals": [(a, [(site.users[u].name, v) for u, v in a.answers.items()]) for a in issue.approvals],
        "comments": [_comment(issue, c) for c in issue.comments],
        "created": when(issue.created),
    }


def _comment(issue: Issue, comment: Comment) -> dict[str, Any]:
    return {
        "author": comment.author.name,
        "at": when(comment.created),
        "edited": comment.updated != comment.created,
        "internal": issue.jsm and not comment.public,
        "body": html(comment.body),
        "id": comment.id,
    }


def _fact(value: Any) -> Markup:
    """A value as shown; several as lozenges, moments in local time."""
    if isinstance(value, list):
        return Markup(" ").join(Markup('<span class="chip">{}</span>').format(show(v)) for v in value)
    try:
        return escape(when(datetime.fromisoformat(str(value))) if "T" in str(value) else show(value) or "")
    except ValueError:
        return escape(show(value) or "")


def when(moment: datetime) -> str:
    """A moment in local time."""
    return f"{moment.astimezone(_ZONE):%d %b %Y, %H:%M}"
