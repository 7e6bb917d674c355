"""The part of JQL the Jira sandbox understands. Anything else is refused, as a typo would be on a real site."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.jira.records import CATEGORIES, Issue, User, category
from sandbox.jira.state import State

UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_TOKEN = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(>=|<=|!=|[=<>(),])|([^\s=!<>(),"']+))""")
_DONE_WORDS = {"done": "done", "to do": "new", "new": "new", "in progress": "indeterminate"}


class BadJql(Exception):
    """Why a query is refused, in words like Jira's."""


@dataclass(frozen=True, slots=True)
class Clause:
    """field, operator ("=", "!=", "in", "not in", ">=", "<=", ">", "<") and values."""

    field: str
    op: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Groups of which one clause each must hold, and (field, descending) to order by."""

    groups: tuple[tuple[Clause, ...], ...]
    order: tuple[tuple[str, bool], ...]


def parse(jql: str) -> Query:
    """Read a query. Raises BadJql."""
    head, order = _split_order(jql)
    tokens = _tokens(head)
    groups = []
    while tokens:
        groups.append(_group(tokens))
        if tokens and tokens.pop(0).lower() != "and":
            raise BadJql("Error in the JQL Query: expecting 'AND' or the end of the query.")
    return Query(tuple(groups), order)


def search(state: State, jql: str, user: User) -> list[Issue]:
    """The issues that match, in order, as the search index sees them. Raises BadJql."""
    query = parse(jql)
    # Cloud refuses a query without any restriction.
    if not query.groups:
        raise BadJql(UNBOUNDED)
    _check_values(state, query)
    found = [
        issue
        for issue in state.issues.values()
        # An issue that the index does not know yet is not found at all, by whatever clause.
        if state.stamp(issue)
        and all(any(_holds(state, issue, clause, user) for clause in group) for group in query.groups)
    ]
    # From the last to the first: Python's sort keeps the order of what is equal.
    for field, descending in reversed(query.order):
        found.sort(key=_sort_key(state, field), reverse=descending)
    return found


def _split_order(jql: str) -> tuple[str, tuple[tuple[str, bool], ...]]:
    head, _, tail = (
        jql.partition(found[0]) if (found := re.search(r"(?i)\border\s+by\b", jql)) else (jql, "", "")
    )
    order = []
    for part in filter(None, (p.strip() for p in tail.split(","))):
        name, *way = part.lower().split()
        if name not in ("updated", "created", "key", "id") or way not in ([], ["asc"], ["desc"]):
            raise BadJql(f"Not able to sort using field '{name}'.")
        order.append((name, way == ["desc"]))
    return head, tuple(order)


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadJql("Error in the JQL Query: the character is a reserved JQL character.")
        tokens.append(next(g for g in match.groups() if g is not None))
        position = match.end()
    return tokens


def _group(tokens: list[str]) -> tuple[Clause, ...]:
    """One clause, or several between brackets with OR."""
    if tokens[0] != "(":
        return (_clause(tokens),)
    tokens[0] = "or"
    clauses = []
    while tokens and tokens.pop(0).lower() == "or":
        clauses.append(_clause(tokens))
        if tokens and tokens[0] == ")":
            del tokens[0]
            return tuple(clauses)
    raise BadJql("Error in the JQL Query: expecting 'OR' or ')'.")


def _clause(tokens: list[str]) -> Clause:
    try:
        field, op = tokens.pop(0).lower(), tokens.pop(0).lower()
        if op == "not":
            op = f"not {tokens.pop(0).lower()}"
        values = _list(tokens) if op in ("in", "not in") else (tokens.pop(0),)
    except (IndexError, ValueError):
        raise BadJql("Error in the JQL Query: the query ended unexpectedly.") from None
    if field not in _VALUE and field not in _TIMES:
        raise BadJql(f"Field '{field}' does not exist or you do not have permission to view it.")
    if op not in _ALLOWED[field in _TIMES]:
        raise BadJql(f"The operator '{op}' is not supported by the '{field}' field.")
    return Clause(field, op, values)


def _list(tokens: list[str]) -> tuple[str, ...]:
    if tokens.pop(0) != "(":
        raise ValueError
    values = tokens[: tokens.index(")")]
    del tokens[: len(values) + 1]
    return tuple(v for v in values if v != ",")


_ALLOWED = {False: ("=", "!=", "in", "not in"), True: (">=", "<=", ">", "<")}
_TIMES: dict[str, Callable[[State, Issue], datetime]] = {
    "updated": lambda state, issue: state.stamp(issue) or issue.created,
    "created": lambda _, issue: issue.created,
}
_VALUE: dict[str, Callable[[State, Issue], tuple[str, ...]]] = {
    "project": lambda _, i: (i.project,),
    "issuetype": lambda s, i: (i.type, s.types[i.type]),
    "key": lambda _, i: (i.key, i.id),
    "issuekey": lambda _, i: (i.key, i.id),
    "id": lambda _, i: (i.id, i.key),
    "status": lambda _, i: (i.status,),
    "statuscategory": lambda _, i: (category(i.status), CATEGORIES[category(i.status)][1]),
}


def _check_values(state: State, query: Query) -> None:
    known = {
        "project": {p.lower() for p in state.projects},
        "issuetype": {t.lower() for pair in state.types.items() for t in pair},
        "statuscategory": set(_DONE_WORDS),
    }
    for clause in (clause for group in query.groups for clause in group):
        for value in clause.values:
            # One value that does not exist fails the whole query (docs/jira-facts.md, Listing and paging).
            if clause.field in known and value.lower() not in known[clause.field]:
                raise BadJql(f"The value '{value}' does not exist for the field '{clause.field}'.")


def _holds(state: State, issue: Issue, clause: Clause, user: User) -> bool:
    if clause.field in _TIMES:
        here, there = _TIMES[clause.field](state, issue), _moment(clause.values[0], user)
        return {">=": here >= there, "<=": here <= there, ">": here > there, "<": here < there}[clause.op]
    own = {v.lower() for v in _VALUE[clause.field](state, issue)}
    match = bool(own & {v.lower() for v in clause.values})
    return match is (clause.op in ("=", "in"))


def _moment(value: str, user: User) -> datetime:
    """Epoch milliseconds, or a minute in the time zone of the user who asks."""
    if value.isdigit():
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d"):
        try:
            naive = datetime.strptime(value, form)  # noqa: DTZ007 - the zone is that of the user
        except ValueError:
            continue
        # The zone of who asks, not the site's: docs/jira-facts.md, row 8.
        return naive.replace(tzinfo=ZoneInfo(user.timezone))
    raise BadJql(f"Date value '{value}' for field 'updated' is invalid.")


def _sort_key(state: State, field: str) -> Callable[[Issue], tuple[float, str, int]]:
    def key(issue: Issue) -> tuple[float, str, int]:
        stamp = _TIMES[field](state, issue).timestamp() if field in _TIMES else 0.0
        number = int(issue.key.rsplit("-", 1)[1]) if field == "key" else int(issue.id) * (field == "id")
        return stamp, issue.project if field == "key" else "", number

    return key
