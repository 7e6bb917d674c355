"""The living comment: what is needed next and from whom, the open points with their reasons, the rest folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate, groupby

from bot.messages.i18n.speaker import Translator
from bot.messages.overview import (
    account,
    class_line,
    deadline,
    demand,
    headline,
    ids,
    next_step,
    seen,
    title,
    who,
    why,
)
from bot.messages.schedule_conflicts import planning_line
from bot.messages.waivers import excepted, stands_in
from bot.policy.ticket_summary import Overview
from domain.document import Block, Bullets, Document, Fold, Heading, Line, Panel, Paragraph, Run, Tone
from domain.facts import Facts
from domain.lifecycle import State
from domain.sentence import Quote, say
from rules.grouping import RequirementGroup

VERSION = 1
"""Version of the wording's structure; part of the digest of append-only notes."""

FOUND_CLOSED = say(
    "This ticket was already closed when it was looked at for the first time: it is judged by the roles and classes of"
    " today."
)
DETAILED = 4
"""How many open points are told with their reasons; the others are named in one line. A reader has 20 seconds."""
WORDS = 140
"""In how many words they are told, together with the deviations; the first two are told however long they are."""


def compose(
    facts: Facts,
    view: Overview,
    speak: Translator,
    replaces: datetime | None = None,
    *,
    unseen: bool = False,
) -> Document:
    """The comment for a ticket. `replaces` is when the note was written that this one takes the place of,
    on systems whose notes cannot be edited (UTC); `unseen` whether it was closed before it was ever looked at.
    """
    blocks: list[Block] = [_panel(view, facts, speak)]
    if unseen:
        blocks.append(Paragraph((_small(speak(FOUND_CLOSED)),)))
    if replaces:
        blocks.append(Paragraph((_small(speak.say("Takes the place of the note of {at}.", at=replaces)),)))
    if facts.ticket.state is not State.CANCELED:
        blocks += _open_points(view, facts, speak)
        blocks += _deviations(view, speak)
        blocks += _waived(view.lines, speak)
        blocks += _rest(view, speak)
        about = (
            planning_line(facts, speak),
            f"{class_line(facts.subjects, speak)}.",
            *(stands_in(s, speak) for s in facts.substitutes),
        )
        blocks.append(Paragraph(tuple(_small(text) for text in about if text)))
    return Document(tuple(blocks))


def _panel(view: Overview, facts: Facts, speak: Translator) -> Panel:
    canceled = facts.ticket.state is State.CANCELED
    step = "" if canceled else next_step(view, facts, speak)
    lines: list[Line] = [(Run(headline(view, facts, speak), strong=True),)]
    lines += [(Run(step),)] if step else []
    return Panel(Tone.INFO if canceled else view.tone, tuple(lines))


def _open_points(view: Overview, facts: Facts, speak: Translator) -> list[Block]:
    # What an emergency skipped has a list of its own, which comes first and takes of the room.
    now = [line for line in view.now if line not in view.obligations]
    room = max(DETAILED - len(view.obligations), 0)
    blocks: list[Block] = _ledger(view, facts, speak)
    taken = [item for block in (*blocks, *_deviations(view, speak)) for item in _items(block)]
    fitting = _fitting([_point(line, facts, speak) for line in now[:room]], WORDS - sum(map(_length, taken)))
    shown, rest = now[:fitting], now[fitting:]
    # Lines come with the most pressing first, so that those under one heading stand together.
    for heading, group in groupby(shown, key=lambda line: _heading(line, view, speak)):
        blocks += [Heading(heading), Bullets(tuple(_point(line, facts, speak) for line in group))]
    # Apart, because the first are named by what is wrong and the others by what is demanded.
    wrong, to_do = ([line for line in rest if (line in view.upcoming) is ahead] for ahead in (False, True))
    blocks += _named(speak.say("Also not in order:"), wrong, title, speak)
    blocks += _named(speak.say("Also to do:"), to_do, demand, speak)
    blocks += _named(speak.say("Advised by the norm:"), view.advised, demand, speak)
    return blocks


def _fitting(points: Sequence[tuple[Line, ...]], words: int) -> int:
    """How many of these points can be told in so many words, from the first on."""
    lengths = list(accumulate(map(_length, points)))
    return max(sum(length <= words for length in lengths), min(2, len(points)))


def _items(block: Block) -> tuple[tuple[Line, ...], ...]:
    return block.items if isinstance(block, Bullets) else ()


def _length(point: tuple[Line, ...]) -> int:
    return sum(len(run.text.split()) for line in point for run in line)


def _ledger(view: Overview, facts: Facts, speak: Translator) -> list[Block]:
    """What an emergency change skipped: every point by name, the first ones with their reasons."""
    if not view.obligations:
        return []
    told = [_point(line, facts, speak) for line in view.obligations[:DETAILED]]
    named: list[tuple[Line, ...]] = [
        ((Run(title(line, speak), strong=True), Run(f" {ids(line)}")),)
        for line in view.obligations[DETAILED:]
    ]
    return [Heading(deadline(facts, speak)), Bullets((*told, *named))]


def _deviations(view: Overview, speak: Translator) -> list[Block]:
    """What came too late, which nobody can make good any more; and what an emergency made good afterwards."""
    items = tuple(
        ((Run(title(line, speak), strong=True), Run(f" — {account(line, speak)} {ids(line)}")),)
        for line in (*view.late, *view.afterwards)
    )
    return [Heading(speak.say("Deviations")), Bullets(items)] if items else []


def _waived(lines: Sequence[RequirementGroup], speak: Translator) -> list[Block]:
    """Every exception in force, also of a demand of which another part is open; one item per line and waiver."""
    items = tuple(
        ((Run(one.name, strong=True), Run(f" — {one.text} [{', '.join(one.rules)}]")),)
        for one in excepted(lines, speak)
    )
    return [Heading(speak.say("Waived")), Bullets(items)] if items else []


def _heading(line: RequirementGroup, view: Overview, speak: Translator) -> str:
    if line in view.forbidden:
        return speak.say("Not allowed")
    if line in view.missing:
        return speak.say("Not in order in time")
    if line.deadline:
        return speak.say("By {deadline}", deadline=line.deadline)
    return (
        speak.say("Before {gate}: {due}", gate=line.gate, due=line.due)
        if line.due
        else speak.say("Before {gate}", gate=line.gate)
    )


def _point(line: RequirementGroup, facts: Facts, speak: Translator) -> tuple[Line, ...]:
    reason = speak.say(
        "Who: {who} · Why: {why} {ids}",
        who=Quote(who(line, facts, speak)),
        why=Quote(why(line, speak)),
        ids=ids(line),
    )
    return (Run(title(line, speak), strong=True), Run(f" — {seen(line, speak)}")), _small(reason)


def _named(
    lead: str,
    lines: Sequence[RequirementGroup],
    name: Callable[[RequirementGroup, Translator], str],
    speak: Translator,
) -> list[Block]:
    names = speak.listed([Quote(f"{name(line, speak)} {ids(line)}") for line in lines])
    return [Paragraph(((Run(f"{lead} {names}."),),))] if lines else []


def _rest(view: Overview, speak: Translator) -> list[Block]:
    blocks: list[Block] = []
    if view.underway:
        doing = tuple(
            (Run(title(line, speak), strong=True), Run(f" — {seen(line, speak)}")) for line in view.underway
        )
        blocks += [Heading(speak.say("On its way")), Bullets(tuple((point,) for point in doing))]
    if view.later:
        blocks.append(Paragraph(((Run(_later(view, speak)),),)))
    if view.met:
        counted = speak.count("{n} point is in order", "{n} points are in order", len(view.met))
        items = tuple(
            (Run(title(line, speak), strong=True), Run(f" — {account(line, speak)}")) for line in view.met
        )
        blocks.append(Fold(counted, items))
    if view.undated:
        told = speak.count(
            "Of {n} point it cannot be seen whether it was in order in time.",
            "Of {n} points it cannot be seen whether they were in order in time.",
            len(view.undated),
        )
        blocks.append(Paragraph((_small(told),)))
    if view.unseen:
        told = speak.count(
            "{n} point could not be looked at; that is for the administrator of this check, not for you.",
            "{n} points could not be looked at; that is for the administrator of this check, not for you.",
            len(view.unseen),
        )
        blocks.append(Paragraph((_small(told),)))
    return blocks


def _later(view: Overview, speak: Translator) -> str:
    order = list(State)
    gates = sorted({line.gate for line in view.later}, key=order.index)
    counts = [(gate, sum(1 for line in view.later if line.gate is gate)) for gate in gates]
    parts = [
        Quote(speak.count("{n} point before {gate}", "{n} points before {gate}", number, gate=gate))
        for gate, number in counts
    ]
    return speak.say("Later: {parts}.", parts=tuple(parts))


def _small(text: str) -> Line:
    return (Run(text, subdued=True),)
