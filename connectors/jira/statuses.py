"""Jira's statuses onto the lifecycle: by name, else by category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain import parsing
from domain.lifecycle import State

_NAMES = {
    State.DRAFT: "draft|open|new|to do|backlog|created|concept|nieuw|te doen|aangemaakt",
    State.ASSESS: (
        "assess|assessment|review normal change|under review|planning|plan|waiting for support|triage|"
        "in review|beoordelen|in beoordeling|analyse|plannen|impactanalyse"
    ),
    State.AUTHORIZE: (
        "authorize|authorise|authorization|awaiting approval|waiting for approval|pending approval|"
        "awaiting cab approval|cab approval|peer review / change manager approval|"
        "peer review/change manager approval|change manager approval|autoriseren|autorisatie|"
        "wacht op goedkeuring|ter goedkeuring|goedkeuring cab"
    ),
    State.SCHEDULED: (
        "scheduled|approved|awaiting implementation|waiting for implementation|ready for implementation|"
        "ready for release|gepland|ingepland|goedgekeurd|klaar voor uitrol|wacht op implementatie"
    ),
    State.IMPLEMENT: (
        "implement|implementing|implementation|in implementation|in progress|deploying|rolling out|"
        "implementeren|in uitvoering|uitvoeren|in uitrol|bezig|mee bezig"
    ),
    State.REVIEW: (
        "review|post implementation review|post-implementation review|pir|implemented|deployed|released|"
        "verifying|evaluatie|evalueren|nazorg|geïmplementeerd|uitgerold"
    ),
    State.CLOSED: (
        "closed|completed|complete|done|resolved|failed|rolled back|"
        "gesloten|afgesloten|afgerond|gereed|voltooid|mislukt|teruggedraaid"
    ),
    State.CANCELED: (
        "canceled|cancelled|declined|rejected|withdrawn|geannuleerd|afgewezen|ingetrokken|vervallen"
    ),
}
NAMES: Mapping[str, State] = {name: state for state, names in _NAMES.items() for name in names.split("|")}
"""Known names, lower case: the lifecycle's own, those of service management's change workflow, Dutch forms."""

CATEGORIES: Mapping[str, State] = {
    "new": State.DRAFT,
    "indeterminate": State.IMPLEMENT,
    "done": State.CLOSED,
}
"""What is assumed of an unknown name. "In progress" counts as implementing, so that no gate is slept through."""


def known(name: str, own: Mapping[str, State]) -> State | None:
    """The state a status name means here; None when nobody said. `own` are the site's names, lower case."""
    word = " ".join(name.split()).lower()
    # The site's own word goes first: "Planning" may mean anything somewhere.
    return own.get(word) or NAMES.get(word)


def category_of(status: Mapping[str, object]) -> str:
    """The key of the category of a status as Jira gives it; empty where it gives none."""
    category = status.get("statusCategory")
    return str(category.get("key") or "") if isinstance(category, Mapping) else ""


def state_of(status: Mapping[str, object], own: Mapping[str, State]) -> State:
    """The state of a status as Jira gives it: by name, else by category."""
    # Without even a category: the earliest state, in which least is asked of anybody.
    return known(str(status.get("name", "")), own) or CATEGORIES.get(category_of(status), State.DRAFT)


def over(listed: Iterable[Mapping[str, object]], own: Mapping[str, State]) -> tuple[str, ...]:
    """Names of the site's statuses that say that a ticket is over, while the site itself does not count it as done."""
    # What the site itself counts as done is left out by `statusCategory != Done` already.
    names = {str(one.get("name", "")) for one in listed if category_of(one) != "done"}
    return tuple(sorted(name for name in names if (state := known(name, own)) and state.over))


def remark(status: Mapping[str, object], own: Mapping[str, State]) -> tuple[str, ...]:
    """What an admin should know of a status that nobody named."""
    name = str(status.get("name", ""))
    if known(name, own):
        return ()
    state = state_of(status, own)
    return (
        f"the status {parsing.shorten(name)} is not known and taken for {state} by its category — "
        "name it in JIRA_STATUSES__<STATE>",
    )
