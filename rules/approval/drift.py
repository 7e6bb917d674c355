"""Whether what was approved still stands: the present cycle of approvals, and what changed after one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain import parsing
from domain.asset import Dimension, Flag, Subject
from domain.facts import Facts
from domain.finding import Part
from domain.history import same_words
from domain.lifecycle import State
from domain.sentence import Say, say
from domain.ticket import Change, Ticket
from rules.loading.names import ASSETS, CLASS
from rules.moments.log import changes
from rules.moments.rollout import ended
from rules.wording import DIMENSIONS, FLAGS, asset_name, label, shown_as

_STATE, _STATED = "state", "classification"
APPROVALS, TESTS, VALIDATION, ACCEPTANCE = "approvals", "tests", "validation", "acceptance"
"""Kinds of evidence, by which a pack says what each is of."""

CONTENTS = "changes"
_SHOWN = 1
"""How many changed fields are told in full in a message; the others are named, and told in the reasoning."""


def cycle_start(ticket: Ticket) -> datetime | None:
    """When the ticket last went back to its start: what was decided before that is void. None when it never did,
    or when its history cannot be read.
    """
    # A ticket that goes back to its start asks everybody again.
    back = [c.at for c in _history(ticket) if c.field == _STATE and _returned(c)]
    return max(back, default=None)


def changed_after(facts: Facts, moment: datetime, kind: str = APPROVALS) -> tuple[Change, ...]:
    """What changed after a moment of that which a kind of evidence is of, one per field: from what stood there then to
    what stands there now. What changed once the rollout was over overtakes nothing.
    """
    found: dict[tuple[str, str], Change] = {}
    for change in _relevant(facts, kind):
        if _after(change, moment) and not _trivial(change):
            first = found.get(_of(change), change)
            # Changed and changed back: nothing is different from what was approved.
            back = same_words(first.before, change.after)
            found[_of(change)] = change if back else replace(change, before=first.before)
    return tuple(found.values())


def _after(change: Change, moment: datetime) -> bool:
    """Whether it surely came after the moment: nobody is reproached for what two looks leave open."""
    return change.at > moment and (change.since is None or change.since >= moment)


def doubtful(facts: Facts, found: Sequence[Change]) -> bool:
    """Whether all that changed is that something came into the release which cannot be read: it may be no change."""
    unread = {child.key for child in facts.children if child.ticket is None}
    return bool(found) and all(
        one.field == CONTENTS and not one.before and one.after in unread for one in found
    )


def _relevant(facts: Facts, kind: str) -> Iterator[Change]:
    over = ended(facts)
    for change in (*changes(facts), *_added(facts)):
        matters = _name(change) in facts.material.get(kind, ())
        if matters and (over is None or change.at <= over.by):
            yield change


def _added(facts: Facts) -> Iterator[Change]:
    """Changes that came into a release, where the source tells when, and not in the history of the release."""
    told = {change.after for change in changes(facts) if change.field == CONTENTS}
    for child in facts.children:
        if child.added_at is not None and child.key not in told:
            yield Change(CONTENTS, "", child.key, None, child.added_at)


def _name(change: Change) -> str:
    """What a pack calls it; nothing for a class or flag that did not rise, and for other attributes of an asset."""
    if change.field == _STATED and not change.of:
        return _STATED if _stated_higher(change) else ""
    if not change.of:
        return change.field
    return CLASS if change.field in _RAISED and _RAISED[change.field](change) else ""


def _stated_higher(change: Change) -> bool:
    """Whether the class that the ticket states rose, or a flag was added; words of which neither can be read may be
    anything.
    """
    before, after = parsing.stated_classes(change.before), parsing.stated_classes(change.after)
    return not (before and after) or any(level > before.get(name, 0) for name, level in after.items())


def _rose(change: Change) -> bool:
    before, after = parsing.level(change.before).value, parsing.level(change.after).value
    return isinstance(before, int) and isinstance(after, int) and after > before


def _set(change: Change) -> bool:
    return parsing.boolean(change.after).value is True and parsing.boolean(change.before).value is not True


_RAISED: Mapping[str, Callable[[Change], bool]] = {
    **dict.fromkeys((dimension.value for dimension in Dimension), _rose),
    **dict.fromkeys((flag.value for flag in Flag), _set),
}


def _of(change: Change) -> tuple[str, str]:
    """What a change is compared by; of the contents of a release each change by itself."""
    return change.field, change.of or (f"{change.before}{change.after}" if change.field == CONTENTS else "")


def told(changes: tuple[Change, ...]) -> tuple[Say, ...]:
    """What changed, a sentence each: from what to what, by whom and when; of many the rest by name."""
    full = tuple(_told(change) for change in changes[:_SHOWN])
    rest = tuple(_label(change) for change in changes[_SHOWN:])
    return (*full, say("Also changed: {fields}.", fields=rest)) if rest else full


def unread() -> Say:
    """That nobody can see whether what came in is part of what was approved or tested."""
    return say("That cannot be read, so it cannot be seen whether this still stands.")


def as_part(change: Change) -> Part:
    """A change that overtook an approval, in full."""
    return Part(_label(change), False, _told(change))


def out_of_sight(facts: Facts, subjects: Iterable[Subject], approved: datetime | None) -> tuple[Part, ...]:
    """What cannot be seen of the time after an approval (`approved`, the first that counts). It is told to whoever
    asks for the reasoning, and held against nobody.
    """
    name = say("Unchanged since the approval")
    parts = []
    if not facts.ticket.history_readable:
        seen = say("The history of this ticket cannot be seen, so nor can a change after the approval.")
        parts.append(Part(name, None, seen))
    for subject in subjects:
        updated = subject.asset.updated_at if subject.asset else None
        # That an entry was touched proves no change of class: held against nobody (docs/decisions/010).
        if approved and updated and updated > approved:
            seen = say(
                "The register's entry of {asset} was changed after the approval; whether its class, cannot be seen.",
                asset=asset_name(subject.name),
            )
            parts.append(Part(name, None, seen))
    return tuple(parts)


def _history(ticket: Ticket) -> tuple[Change, ...]:
    # Where the history cannot be seen approvals count, and the reasoning says so (docs/decisions/010).
    return ticket.history if ticket.history_readable else ()


def _returned(change: Change) -> bool:
    # Several statuses of a source may mean draft; a move between two of them asks nobody anew.
    return change.after == State.DRAFT.value and change.before != State.DRAFT.value


def _trivial(change: Change) -> bool:
    """An edit of blanks or capitals. Values that are not shown at all may be anything."""
    # A text that is not kept leaves both sides blank, which must not pass for "no change".
    return bool(change.before or change.after) and same_words(change.before, change.after)


def _told(change: Change) -> Say:
    what, moment = _what(change), change.at
    if change.by is None:
        return say("{change} on {moment}.", change=what, moment=moment)
    return say("{change} by {person} on {moment}.", change=what, person=change.by, moment=moment)


def _what(change: Change) -> Say:
    field = _label(change)
    before, after = (shown_as(change.field, text) for text in (change.before, change.after))
    if before is None and after is None:
        return say("{field} was changed", field=field)
    if before is None:
        return say("{field} was filled in with {after}", field=field, after=after)
    if after is None:
        return say("{field} was emptied, it said {before}", field=field, before=before)
    return say("{field} was changed from {before} to {after}", field=field, before=before, after=after)


def _label(change: Change) -> Say:
    if change.of:
        return say("{attribute} of {asset}", attribute=_ATTRIBUTES[change.field], asset=asset_name(change.of))
    return say("List of assets") if change.field == ASSETS else label(change.field)


_ATTRIBUTES: Mapping[str, Say] = {
    **{dimension.value: told for dimension, told in DIMENSIONS.items()},
    **{flag.value: told for flag, told in FLAGS.items()},
}
