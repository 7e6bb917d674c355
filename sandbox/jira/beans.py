"""The JSON of the Jira sandbox's answers: users, issues, comments, changelogs, approvals, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox.jira.fields import KINDS, SERVER_ASSETS, FieldKind, adf_text, group_ref, jira_time, number_of
from sandbox.jira.records import CATEGORIES, Approval, Change, Comment, Issue, SiteField, User
from sandbox.jira.records import category as category_of
from sandbox.jira.state import State


class Beans:
    """Builds answers for one request: `base` is the site's address, `version` of the API "2" or "3"."""

    def __init__(self, state: State, base: str, version: str = "3") -> None:
        self.state, self.base, self.version = state, base, version
        self.api = f"{base}/rest/api/{version}"

    def user(self, user: User) -> dict[str, Any]:
        """A user. E-mail addresses are private, as they are by default, unless the user shows theirs."""
        if self.state.server:
            return {
                "self": f"{self.api}/user?username={user.account_id}",
                "key": f"JIRAUSER{number_of(user.account_id)}",
                "name": user.account_id,
                "emailAddress": user.email if user.email_visible else "",
                "displayName": user.name,
                "active": user.active,
                "timeZone": user.timezone,
            }
        return {
            "self": f"{self.api}/user?accountId={user.account_id}",
            "accountId": user.account_id,
            "accountType": "atlassian",
            "emailAddress": user.email if user.email_visible else "",
            "displayName": user.name,
            "active": user.active,
            "timeZone": user.timezone,
        }

    def body(self, adf: Any) -> Any:
        """ADF in version 3, text in version 2."""
        return adf if self.version == "3" or isinstance(adf, str) else adf_text(adf).strip()

    def field(self, field: SiteField) -> dict[str, Any]:
        """An entry of the field list."""
        custom = field.id.startswith("customfield_")
        schema: dict[str, Any] = dict(KINDS[field.kind].schema)
        if self.state.server and field.kind is FieldKind.ASSETS:
            schema = {"type": "any", "custom": SERVER_ASSETS}
        if custom:
            schema["customId"] = int(field.id.removeprefix("customfield_"))
        else:
            schema = {"type": schema["type"], "system": field.id}
        return {
            "id": field.id,
            "key": field.id,
            "name": field.name,
            "custom": custom,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [f"cf[{schema['customId']}]", field.name] if custom else [field.id],
            "schema": schema,
        }

    def issue(
        self, issue: Issue, names: Sequence[str], *, updated: datetime | None = None, history: bool = False
    ) -> dict[str, Any]:
        """An issue with the fields asked for. No `fields` member at all when none is (as search does)."""
        bean: dict[str, Any] = {
            "id": issue.id,
            "key": issue.key,
            "self": f"{self.api}/issue/{issue.id}",
            "expand": "changelog,names",
        }
        if names:
            bean["fields"] = self._fields(issue, updated or issue.updated, names)
        if history:
            # Cloud cuts the copy off at 40; Data Center gives all of it (docs/jira-facts.md, Reading an issue).
            newest = list(reversed(issue.history))[: None if self.state.server else 40]
            bean["changelog"] = {
                "startAt": 0,
                "maxResults": len(newest),
                "total": len(issue.history),
                "histories": [self.change(c) for c in newest],
            }
        return bean

    def _fields(self, issue: Issue, updated: datetime, names: Sequence[str]) -> dict[str, Any]:
        """The fields asked for; each is made only then, so that a long listing is quick."""
        made: dict[str, Callable[[], Any]] = {
            **{f: partial(self._of, issue, f) for f in self.state.fields},
            **{f: lambda: self._approvals(issue) for f in self._approval_fields() if f not in issue.values},
            "created": lambda: stamp(issue.created),
            "updated": lambda: stamp(updated),
            "creator": lambda: self.user(issue.creator),
            "status": lambda: self.status(issue.status),
            "issuetype": lambda: self.issue_type(issue.type) | {"subtask": bool(issue.parent)},
            "project": lambda: self.project(issue.project),
            # Links and sub-tasks that the account may not see are left out, without a word.
            "issuelinks": lambda: [self._link(*link) for link in issue.links if self._sees(link[0])],
            "subtasks": lambda: [
                {"id": i.id, "key": i.key}
                for i in self.state.issues.values()
                if i.parent == issue.key and self._sees(i.key)
            ],
        }
        seen = {name: make() for name, make in made.items() if name in names or "*all" in names}
        parent = self._parent(issue).items()
        return seen | {name: value for name, value in parent if name in names or "*all" in names}

    def _sees(self, key: str) -> bool:
        return self.state.visible(self.state.issues[key])

    def _of(self, issue: Issue, name: str) -> Any:
        return self._value(issue.values.get(name))

    def _approval_fields(self) -> list[str]:
        return [f.id for f in self.state.fields.values() if f.kind is FieldKind.APPROVALS]

    def _approvals(self, issue: Issue) -> list[dict[str, Any]] | None:
        """The value of a site's approvals field."""
        return [self.approval(a, issue.creator) for a in issue.approvals] or None

    def _parent(self, issue: Issue) -> dict[str, Any]:
        parent = self.state.issues.get(issue.parent)
        return {"parent": {"id": parent.id, "key": parent.key}} if parent else {}

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(v) for v in value]
        if isinstance(value, dict) and "accountId" in value:
            return self.user(self.state.users[value["accountId"]])
        if self.state.server and isinstance(value, dict) and "objectId" in value:
            found = self.state.assets.visible(value["objectId"])
            # Data Center shows an object as text; Cloud gives its id alone.
            return f"{found.label} ({found.key})" if found else None
        return self.body(value) if isinstance(value, dict) and value.get("type") == "doc" else value

    def _link(self, other: str, outward: str, inward: str, out: bool) -> dict[str, Any]:
        issue = self.state.issues[other]
        name = outward.capitalize()
        seen = {"status": self.status(issue.status), "issuetype": self.issue_type(issue.type)}
        shown = {"id": issue.id, "key": issue.key, "fields": seen}
        return {
            "id": number_of(name + other),
            "type": {"id": number_of(name), "name": name, "inward": inward, "outward": outward},
            "outwardIssue" if out else "inwardIssue": shown,
        }

    def status(self, name: str) -> dict[str, Any]:
        """A status with its category."""
        key = category_of(name)
        number, label, colour = CATEGORIES[key]
        return {
            "id": number_of(name),
            "name": name,
            "statusCategory": {"id": number, "key": key, "name": label, "colorName": colour},
        }

    def issue_type(self, name: str) -> dict[str, Any]:
        """An issue type."""
        return {"id": self.state.types[name], "name": name, "subtask": False}

    def project(self, key: str) -> dict[str, Any]:
        """A project; service projects say so."""
        kind = "service_desk" if self.state.projects[key] else "software"
        return {"id": number_of(key), "key": key, "name": key, "projectTypeKey": kind, "simplified": False}

    def comment(self, issue: Issue, comment: Comment) -> dict[str, Any]:
        """A comment. Properties are stored but not listed, as the documentation promises no more."""
        return {
            "self": f"{self.api}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "author": self.user(comment.author),
            "body": self.body(comment.body),
            "updateAuthor": self.user(comment.editor or comment.author),
            "created": stamp(comment.created),
            "updated": stamp(comment.updated),
            # Outside of service projects Jira calls every comment public.
            "jsdPublic": comment.public if issue.jsm else True,
        }

    def change(self, change: Change) -> dict[str, Any]:
        """An entry of the changelog."""
        return {
            "id": change.id,
            "author": self.user(change.author),
            "created": stamp(change.at),
            "items": [
                {
                    "field": self.state.fields[field_id].name if "_" in field_id else field_id,
                    "fieldtype": "custom" if "_" in field_id else "jira",
                    "fieldId": field_id,
                    "from": None if before is None else number_of(before),
                    "fromString": before,
                    "to": None if after is None else number_of(after),
                    "toString": after,
                }
                for field_id, before, after in change.items
            ]
            + ([self._linked(*change.link)] if change.link else []),
        }

    def _linked(self, other: str, word: str) -> dict[str, Any]:
        told = f"This issue {word} {other}"
        empty = {"from": None, "fromString": None}
        return {"field": "Link", "fieldtype": "jira", **empty, "to": other, "toString": told}

    def approval(self, approval: Approval, user: User) -> dict[str, Any]:
        """A JSM approval with everybody's answer."""
        waiting = approval.final == "pending" and approval.answers.get(user.account_id) == "pending"
        bean: dict[str, Any] = {
            "id": approval.id,
            "name": approval.name,
            "finalDecision": approval.final,
            "canAnswerApproval": waiting,
            "approvers": [
                {"approver": self._asked(self.state.users[who]), "approverDecision": answer}
                for who, answer in approval.answers.items()
            ],
            "createdDate": jsm_date(approval.created),
        }
        if approval.completed:
            bean["completedDate"] = jsm_date(approval.completed)
        return bean

    def _asked(self, user: User) -> dict[str, Any]:
        """A user as the service desk's API shows one: with fewer members than the platform's."""
        return {k: v for k, v in self.user(user).items() if k not in ("self", "accountType")}

    def group(self, name: str) -> dict[str, Any]:
        """A group."""
        return group_ref(name)


def page(items: Iterable[Any], start: int, size: int, key: str = "values") -> dict[str, Any]:
    """A page in the platform's way: startAt, maxResults, total."""
    rows = list(items)
    bean = {
        "startAt": start,
        "maxResults": size,
        "total": len(rows),
        key: rows[start : start + size],
    }
    return bean | ({"isLast": start + size >= len(rows)} if key == "values" else {})


def stamp(moment: datetime) -> str:
    """Jira's timestamp, in UTC."""
    return jira_time(moment.astimezone(UTC))


def jsm_date(moment: datetime) -> dict[str, Any]:
    """A date in the service desk API's four forms."""
    return {
        "iso8601": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S%z}",
        "jira": stamp(moment),
        "friendly": f"{moment:%A %H:%M}",
        "epochMillis": int(moment.timestamp() * 1000),
    }
