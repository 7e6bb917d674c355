"""What an organisation's own pack may do to a norm's rule: ask more of it, never less."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from domain.asset import CLASSES
from domain.lifecycle import Severity
from rules.approval.how_many import HowMany
from rules.check_api import Params
from rules.deadlines import Deadlines
from rules.loading.loader import Applies, Rule
from rules.rollout_table import RolloutTable
from rules.service_hours import HoursTable, covers
from rules.waived_by import widened

# An own pack writes only what differs: of these, key by key.
_MERGED = ("title", "problem", "unshown", "applies", "with")
# With another check or line it would be another rule; how it stands among others is the norm's to say.
_KEPT = (
    "line",
    "rank",
    "item",
    "check",
    "later",
    "waivable",
    "alone",
    "evidence",
    "stays",
    "irreparable",
    "declared",
)
MORE_ASKS_MORE = frozenset(
    {"fields", "roles", "done", "filled", "says", "deadlines", "four_eyes", "stakeholders"}
    | {"if_yes", "if_any", "sensitive", "verified", "high"}
)
"""Parameters of checks that ask more by growing: a list or table by what is added to it, a switch by going on."""

COUNTS = frozenset({"at_least"})
"""Numbers of people, one for all roles or by role: the more, the stricter."""

LESS_ASKS_MORE = frozenset({"hours", "valid_days"})
"""Terms: the shorter, the stricter."""

OWN_CHOICE = frozenset({"timezone", "ladder", "hours_per_step"})
"""Parameters that no document gives: they say how it is in the organisation, and may be set either way."""

FIXED = frozenset({"field", "rule", "stage", "by_norm", "intervention"})
"""Parameters that say what is asked; another one asks something else."""


def own_choice(rule: Rule) -> dict[str, Any]:
    """What of the rule's parameters is no document's but the organisation's own choice, by name; the terms that a
    document leaves open, in hours by priority, are among them.
    """
    chosen: dict[str, Any] = {}
    for stage in rule.stages:
        given = stage.params.model_dump(mode="json")
        chosen |= {name: given[name] for name in given if name in OWN_CHOICE}
        if isinstance(stage.params, Deadlines) and stage.params.own_terms:
            chosen["hours"] = stage.params.own_terms
    return chosen


def merged(rule: Rule, given: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as its file would say it, with what is given put over it."""
    # Only what the norm's file says: a default written out would stand against what is put over it.
    base = rule.model_dump(mode="json", by_alias=True, exclude_unset=True)
    over = {
        key: {**base.get(key, {}), **value} if key in _MERGED and isinstance(value, Mapping) else value
        for key, value in given.items()
    }
    if "preapproved_by" not in given and not {"check", "with"}.isdisjoint(given):
        # A template stood in for what the norm asked, not for what is asked more.
        base.pop("preapproved_by", None)
    return {**base, **over}


def loosened(norm: Rule, own: Rule) -> Iterator[str]:
    """One line for each way in which the own version asks less than the norm, or something else."""
    # docs/packs.md: an organisation may ask more than the norm, never less.
    if own.severity is Severity.ADVICE and norm.severity is Severity.REQUIRED:
        yield "severity: the norm requires this, an advice is less"
    if norm.gate and (own.gate is None or not norm.gate.reached(own.gate)):
        yield f"gate: {own.gate or 'none'} comes after {norm.gate}"
    yield from (f"{name}: cannot be changed" for name in _KEPT if getattr(own, name) != getattr(norm, name))
    yield from (f"applies.{line}" for line in _narrowed(norm.applies, own.applies))
    yield from (f"waived_by: {line}" for line in widened(norm.exempted_by, own.exempted_by))
    # With another check, which is refused above, there is nothing to compare.
    if own.check == norm.check:
        yield from (f"with.{line}" for line in _loosened_params(norm.params, own.params))


def _narrowed(norm: Applies, own: Applies) -> Iterator[str]:
    """Ways in which it would be asked of fewer assets or tickets."""
    if left := set(norm.kinds) - set(own.kinds):
        yield f"kinds: leaves out {', '.join(sorted(left))}"
    if own.when is not None and own.when != norm.when:
        yield "when: asks it on another condition"
    if own.unless is not None and own.unless != norm.unless:
        yield "unless: takes it away on another condition"
    # Asked of every asset: no condition on classes can be narrower than none.
    if own.any:
        return
    if (own.from_class or 1) > (norm.from_class or 1):
        yield f"from_class: {own.from_class} is higher than {norm.from_class}"
    if own.dimensions and not _covers(own, norm):
        yield f"dimensions: leaves out some of {', '.join(norm.dimensions) or 'all classes'}"
    if own.flag is not None and own.flag is not norm.flag:
        yield f"flag: asks it only of assets with {own.flag}"


def _covers(own: Applies, norm: Applies) -> bool:
    """Whether it asks by every dimension that the norm asks by; never so where the norm asks whatever the class."""
    return not norm.any and bool(norm.dimensions) and set(norm.dimensions) <= set(own.dimensions)


def _loosened_params(norm: Params, own: Params) -> Iterator[str]:
    if isinstance(norm, RolloutTable) and isinstance(own, RolloutTable):
        yield from _wider(norm, own)
    elif isinstance(norm, HoursTable) and isinstance(own, HoursTable):
        yield from (
            f"hours: fewer hours at class {level}"
            for level in CLASSES
            if norm.at(level) and not (own.at(level) and covers(own.at(level), norm.at(level)))
        )
    elif isinstance(norm, Deadlines) and isinstance(own, Deadlines):
        yield from _later(norm, own)
    else:
        yield from _less(norm, own)
        if isinstance(norm, HowMany) and isinstance(own, HowMany):
            yield from _fewer(norm, own)


def _fewer(norm: HowMany, own: HowMany) -> Iterator[str]:
    """Roles of which fewer people would do. A role that is left out has a line of its own."""
    for role, asked in norm.counts().items():
        if role in own.roles and own.of(role) < asked:
            yield f"at_least: {own.of(role)} of {role} is fewer than {asked}"


def _later(norm: Deadlines, own: Deadlines) -> Iterator[str]:
    """Terms that the document gives may be shortened; those of the organisation's own choice be set freely."""
    for name, hours in norm.hours.items():
        if name not in own.hours:
            yield f"hours: leaves out {name}"
        elif name in norm.by_norm and own.hours[name] > hours:
            yield f"hours: {own.hours[name]} for {name} is longer than {hours}"
    if own.by_norm != norm.by_norm:
        yield "by_norm: cannot be changed"
    if own.fields != norm.fields:
        yield "fields: cannot be changed, as another moment could come in place of a term"


def _wider(norm: RolloutTable, own: RolloutTable) -> Iterator[str]:
    # By what each class may do and not row by row: tables with different rows may allow the same.
    for level, size in itertools.product(CLASSES, ("major", "minor")):
        allowed = own.at(level, size)
        if more := allowed - norm.at(level, size):
            yield f"allowed: lets through {', '.join(sorted(more))} at class {level}, {size}"
        elif not allowed:
            # A class that allows nothing could never be rolled out: a slip, not strictness.
            yield f"allowed: lets through nothing at class {level}, {size}"


def _less(norm: Params, own: Params) -> Iterator[str]:
    for name in type(norm).model_fields:
        before, after = getattr(norm, name), getattr(own, name)
        if before == after or name in OWN_CHOICE | COUNTS:
            continue
        if name in MORE_ASKS_MORE:
            yield from (f"{name}: {line}" for line in _shrunk(before, after))
        # A parameter that stands in none of the lists is refused: nobody said which way it tightens.
        elif name not in LESS_ASKS_MORE:
            yield f"{name}: cannot be changed"
        elif after > before:
            yield f"{name}: {after} is longer than {before}"


def _shrunk(before: Any, after: Any) -> Iterator[str]:
    if before is True:
        yield "is switched off"
    elif isinstance(before, Mapping):
        if left := [key for key, value in before.items() if after.get(key) != value]:
            yield f"leaves out {', '.join(left)}"
    elif isinstance(before, tuple) and (left := [item for item in before if item not in after]):
        yield f"leaves out {', '.join(map(str, left))}"
