"""What a release contains, as far as it can be seen."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import Quote, say
from rules.outcome import Observation, Result
from rules.wording import label


def contents(facts: Facts) -> tuple[str, ...]:
    """Keys of the changes in the release: those that were read, and those the ticket names besides."""
    return tuple(dict.fromkeys((*(child.key for child in facts.children), *keys(facts, "changes"))))


def keys(facts: Facts, name: str) -> tuple[str, ...]:
    """Ticket keys in a field; none when it is empty or cannot be read."""
    value = facts.field(name).value
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, tuple) else ()


def complete(facts: Facts) -> bool:
    """Whether all that the release contains can be seen."""
    return facts.children_readable and facts.field("changes").readable


def look_contents(facts: Facts) -> Observation:
    """At least one change, and nothing out of sight."""
    found, name = contents(facts), label("changes")
    # Before looking whether it is empty: what is out of sight may be the change that seems to be lacking.
    if not complete(facts):
        return Observation(
            name, Result.UNKNOWN, say("It cannot be read which changes this release contains.")
        )
    if not found:
        return Observation(name, Result.UNMET, say("This release contains no changes."))
    named = tuple(Quote(key) for key in found)
    return Observation(name, Result.MET, say("This release contains {changes}.", changes=named))
