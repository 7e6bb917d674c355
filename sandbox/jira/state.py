"""What the Jira sandbox remembers: users, groups, fields, issues with their history, comments and approvals."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.jira.assets import Assets
from sandbox.jira.fields import KINDS, SYSTEM_FIELDS, FieldKind, show
from sandbox.jira.records import Approval, Change, Comment, Issue, SiteField, User

Listener = Callable[[str, Issue, User, Comment | None], None]
"""Is told the name of an event as webhooks name it, the issue, who did it, and the comment if it is about one."""
_GIVEN = frozenset(
    {
        *("BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS"),
        *("ADMINISTER_PROJECTS", "USER_PICKER"),
    }
)


class State:
    """The memory, with verbs for stories. Every verb holds the lock, so stories and requests may mix.

    `clock` gives the present (UTC); `index_lag` is how much later searches see what happened; `server` is
    True for a Data Center, where comments are wiki text. `listeners` hear of every event, in the thread in which
    it happens; `agent` is False when the account is only a customer of the service desk: its comments are public.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.index_lag = timedelta(0)
        self.server = False
        self.lock = threading.RLock()
        self.assets = Assets(self.now)
        self.users: dict[str, User] = {}
        self.groups: dict[str, list[str]] = {}
        self.fields: dict[str, SiteField] = {}
        self.issues: dict[str, Issue] = {}
        self.projects: dict[str, bool] = {}
        self.types: dict[str, str] = {}
        self.denied: set[tuple[str, str]] = set()
        self.secret: set[str] = set()
        self.granted = set(_GIVEN)
        self.listeners: list[Listener] = []
        self.agent = True
        self.tokens: dict[str, tuple[list[Issue], int]] = {}
        self._ids = itertools.count(10000)
        self._numbers: dict[str, int] = {}
        self._by_id: dict[str, Issue] = {}
        self._old_keys: dict[str, str] = {}
        for field_id, (name, kind) in SYSTEM_FIELDS.items():
            self.fields[field_id] = SiteField(field_id, name, kind)

    def next_id(self) -> str:
        """A number nothing else on the site has."""
        return str(next(self._ids))

    def now(self) -> datetime:
        """The present, to the millisecond, as Jira keeps it."""
        moment = self.clock()
        # Finer stamps would let tests tell apart what Jira cannot.
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def user(self, who: User | str) -> User:
        """A user by account id or display name."""
        if isinstance(who, User):
            return who
        return self.users.get(who) or next(u for u in self.users.values() if u.name == who)

    def issue(self, key: str) -> Issue | None:
        """An issue by key (any case), id, or a key it had before it moved."""
        name = key.upper()
        found = self.issues.get(name) or self._by_id.get(key) or self._by_id.get(self._old_keys.get(name, ""))
        return found if found and found.key in self.issues else None

    def add_user(
        self, name: str, account_id: str = "", *, email: str = "", token: str = "", timezone: str = ""
    ) -> User:
        """A user; account id and e-mail are made from the name when not given."""
        slug = name.lower().replace(" ", ".")
        user = User(account_id or f"acc-{slug}", name, email or f"{slug}@example.org", token)
        user.timezone = timezone or user.timezone
        with self.lock:
            self.users[user.account_id] = user
        return user

    def add_group(self, name: str, *members: User | str) -> str:
        """A group with its members."""
        with self.lock:
            self.groups[name] = [self.user(m).account_id for m in members]
        return name

    def add_field(self, name: str, kind: FieldKind | str = "text", field_id: str = "") -> str:
        """A custom field; gives its id. A second one of the same name is allowed, as on real sites."""
        with self.lock:
            field_id = field_id or f"customfield_{self.next_id()}"
            self.fields[field_id] = SiteField(field_id, name, FieldKind(kind))
        return field_id

    def field_id(self, name: str) -> str:
        """Id of a field by id or name; the first when several have the name."""
        if name in self.fields:
            return name
        return next(f.id for f in self.fields.values() if f.name.lower() == name.lower())

    def add_issue(
        self,
        project: str,
        issue_type: str,
        summary: str,
        fields: Mapping[str, Any] | None = None,
        *,
        by: User | str,
        **more: Any,
    ) -> str:
        """An issue with field values by name or id; gives its key.

        `more`: status ("Open"), jsm (True), parent (key of the issue it is a sub-task of).
        """
        author, now = self.user(by), self.now()
        with self.lock:
            jsm = bool(more.get("jsm", True))
            self.projects.setdefault(project, jsm)
            self.types.setdefault(issue_type, self.next_id())
            status = str(more.get("status", "Open"))
            issue = Issue(
                self.next_id(), self._next_key(project), project, issue_type, status, author, now, now, jsm
            )
            issue.parent = str(more.get("parent", ""))
            self.issues[issue.key] = self._by_id[issue.id] = issue
            for name, value in {"summary": summary, "reporter": author, **(fields or {})}.items():
                field_id = self.field_id(name)
                issue.values[field_id] = self._encode(field_id, value)
            self._index(issue)
        # Outside of the lock: who listens may ask the site something at once.
        self.tell("jira:issue_created", issue, author)
        return issue.key

    def _next_key(self, project: str) -> str:
        """The next key of a project; numbers are never given twice."""
        # Counted apart from the issues: a number is not given again after a deletion.
        self._numbers[project] = self._numbers.get(project, 0) + 1
        return f"{project}-{self._numbers[project]}"

    def move_issue(self, key: str, project: str, by: User | str) -> str:
        """Move to another project: a new key, the same id; the old key still leads to it. Gives the new key."""
        with self.lock:
            issue = self.issues.pop(key)
            self.projects.setdefault(project, issue.jsm)
            self._old_keys[key] = issue.id
            issue.key, issue.project = self._next_key(project), project
            self.issues[issue.key] = issue
            for other in self.issues.values():
                other.links = [(issue.key if to == key else to, *way) for to, *way in other.links]  # type: ignore[misc]
                other.parent = issue.key if other.parent == key else other.parent
            self._record(issue, by, [("Key", key, issue.key)])
        return issue.key

    def set_field(self, key: str, name: str, value: Any, by: User | str) -> None:
        """Change a field, with an entry in the history."""
        with self.lock:
            issue, field_id = self.issues[key], self.field_id(name)
            before, after = issue.values.get(field_id), self._encode(field_id, value)
            issue.values[field_id] = after
            self._record(issue, by, [(field_id, show(before), show(after))])

    def transition(self, key: str, status: str, by: User | str) -> None:
        """Move to another status, with an entry in the history."""
        with self.lock:
            issue = self.issues[key]
            before, issue.status = issue.status, status
            self._record(issue, by, [("status", before, status)])

    def link(
        self,
        key: str,
        other: str,
        *,
        outward: str = "contains",
        inward: str = "is part of",
        by: User | str = "",
    ) -> None:
        """Link `key` to `other`: "key contains other". Shown from both sides, and in the history of `key`."""
        with self.lock:
            self.issues[key].links.append((other, outward, inward, True))
            self.issues[other].links.append((key, outward, inward, False))
            issue = self.issues[key]
            made = Change(self.next_id(), self.user(by or issue.creator), self.now(), [], (other, outward))
            issue.history.append(made)
            self.touch(issue)

    def request_approval(self, key: str, step: str, approvers: Iterable[User | str]) -> str:
        """Start a JSM approval step; gives its id."""
        with self.lock:
            answers = {self.user(a).account_id: "pending" for a in approvers}
            approval = Approval(self.next_id(), step, answers, self.now())
            self.issues[key].approvals.append(approval)
        return approval.id

    def answer_approval(self, key: str, approval_id: str, who: User | str, decision: str) -> bool:
        """Answer an approval ("approve" or "decline"); False when `who` was not asked or it is over."""
        with self.lock:
            issue, user = self.issues[key], self.user(who)
            approval = next(a for a in issue.approvals if a.id == approval_id)
            if user.account_id not in approval.answers or approval.final != "pending":
                return False
            approval.answers[user.account_id] = {"approve": "approved", "decline": "declined"}[decision]
            # No `touch`: an answer moves neither status nor `updated`, which a client has to cope with.
            approval.completed = self.now() if approval.final != "pending" else None
        return True

    def add_comment(
        self, key: str, body: Any, by: User | str, properties: Mapping[str, Any] | None = None
    ) -> Comment:
        """Add a comment; ADF, or text that becomes one paragraph."""
        now = self.now()
        with self.lock:
            comment = Comment(
                self.next_id(), self.user(by), self.stored(body), now, now, dict(properties or {})
            )
            # Service Management may ignore the property of somebody who is only a customer.
            if not self.agent:
                comment.properties.pop("sd.public.comment", None)
            self.issues[key].comments.append(comment)
            self.touch(self.issues[key])
        self.tell("comment_created", self.issues[key], comment.author, comment)
        return comment

    def edit_comment(self, key: str, comment: Comment, body: Any, by: User | str) -> None:
        """Replace a comment's text, by its author or by anybody who may edit all comments."""
        with self.lock:
            comment.body, comment.updated, comment.editor = self.stored(body), self.now(), self.user(by)
            self.touch(self.issues[key])
        self.tell("comment_updated", self.issues[key], self.user(by), comment)

    def tell(self, event: str, issue: Issue, who: User, comment: Comment | None = None) -> None:
        """Tell the listeners."""
        for listener in self.listeners:
            listener(event, issue, who, comment)

    def stored(self, body: Any) -> Any:
        """A comment's body as it is kept: wiki text on Data Center, else ADF."""
        if self.server or not isinstance(body, str):
            return body
        return KINDS[FieldKind.TEXT].encode(body, self.user)

    def delete_issue(self, key: str) -> None:
        """Take an issue away for good, with the links to it."""
        with self.lock:
            issue = self.issues.pop(key)
            for other in self.issues.values():
                other.links = [link for link in other.links if link[0] != key]
        self.tell("jira:issue_deleted", issue, issue.creator)

    def hide(self, key: str) -> None:
        """Give an issue a security level that the account does not have: it is there for others alone."""
        self.secret.add(self.issues[key].id)

    def show(self, key: str) -> None:
        """Take the security level away again."""
        self.secret.discard(self.issues[key].id)

    def visible(self, issue: Issue) -> bool:
        """Whether the account may see an issue."""
        return self.may("BROWSE_PROJECTS", issue.project) and issue.id not in self.secret

    def rename_type(self, name: str, new: str) -> None:
        """Give an issue type another name, as an admin does: its id stays, and no issue changes."""
        with self.lock:
            self.types[new] = self.types.pop(name)
            for issue in self.issues.values():
                issue.type = new if issue.type == name else issue.type

    def deny(self, permission: str, project: str) -> None:
        """Take a permission (such as ADD_COMMENTS) away in a project, for everybody."""
        self.denied.add((permission, project))

    def grant(self, *permissions: str) -> None:
        """Give permissions (such as DELETE_ISSUES) in every project, to everybody."""
        self.granted.update(permissions)

    def may(self, permission: str, project: str) -> bool:
        """Whether a permission is given in a project."""
        return permission in self.granted and (permission, project) not in self.denied

    def statuses(self) -> list[str]:
        """Every status that an issue is or was in."""
        moves = (i for issue in self.issues.values() for change in issue.history for i in change.items)
        past = {name for field_id, *names in moves if field_id == "status" for name in names if name}
        return sorted(past | {issue.status for issue in self.issues.values()})

    def touch(self, issue: Issue) -> None:
        """The issue changed now."""
        # Stories set the clock back and forth; the stamp of an issue never goes back.
        issue.updated = max(self.now(), issue.updated)
        self._index(issue)

    def stamp(self, issue: Issue) -> datetime | None:
        """`updated` as searches see it: what the index knew `index_lag` ago; None when not yet indexed."""
        horizon = self.now() - self.index_lag
        # The stamp of then and not of now: an index that lags shows old values, not only fewer issues.
        known = [updated for seen, updated in issue.indexed if seen <= horizon]
        return known[-1] if known else None

    def _index(self, issue: Issue) -> None:
        issue.indexed.append((self.now(), issue.updated))

    def _encode(self, field_id: str, value: Any) -> Any:
        return None if value is None else KINDS[self.fields[field_id].kind].encode(value, self.user)

    def _record(self, issue: Issue, by: User | str, items: list[tuple[str, str | None, str | None]]) -> None:
        issue.history.append(Change(self.next_id(), self.user(by), self.now(), items))
        self.touch(issue)
        self.tell("jira:issue_updated", issue, self.user(by))
