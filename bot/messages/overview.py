"""What matters of a ticket's findings, in order: the one choice that comment, card and reminder all show."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.i18n.speaker import Translator
from bot.messages.waivers import excepted
from bot.policy.ticket_summary import Overview
from bot.policy.who_acts import must_act
from domain.asset import Because, Dimension, Flag, Subject
from domain.facts import Facts
from domain.finding import Finding, TableRow
from domain.lifecycle import State
from domain.sentence import Quote, Say, say
from domain.ticket import Ticket
from rules.grouping import RequirementGroup
from rules.wording import FLAGS, asset_name, class_letter, rows_told

_REASONS = 4
"""Assets named in a reason; of more, how many others there are."""


def headline(view: Overview, facts: Facts, speak: Translator) -> str:
    """How the ticket stands, in one or two sentences."""
    ticket = facts.ticket
    if ticket.state is State.CANCELED:
        return speak.say("This ticket is canceled; nothing is asked of it any more.")
    if not view.lines:  # which is no good news: nothing was looked at
        return speak(view.unasked.told if view.unasked else say("Nothing was judged."))
    parts = []
    if n := len(view.forbidden):
        parts.append(
            speak.count(
                "{n} point is not allowed as it stands.", "{n} points are not allowed as they stand.", n
            )
        )
    if view.obligations:
        parts.append(_obliged(view, facts, speak))
    if n := len(view.missing) - len(view.obligations):
        parts.append(
            speak.count(
                "{n} point should have been in order by now.",
                "{n} points should have been in order by now.",
                n,
            )
        )
    if n := len(view.upcoming):
        gate = view.gate
        parts.append(
            speak.count(
                "{n} point to settle before {gate}.", "{n} points to settle before {gate}.", n, gate=gate
            )
        )
    return " ".join(parts) or _nothing_to_settle(view, ticket, speak)


def _obliged(view: Overview, facts: Facts, speak: Translator) -> str:
    n, by = len(view.obligations), facts.settle_by
    if by and facts.now >= by:
        return speak.count(
            "Emergency change: {n} point is overdue.", "Emergency change: {n} points are overdue.", n
        )
    return speak.count(
        "Emergency change: {n} point is to be made good before {by}.",
        "Emergency change: {n} points are to be made good before {by}.",
        n,
        by=by,
    )


def deadline(facts: Facts, speak: Translator) -> str:
    """Until when an emergency change is to make good what it skipped, or that this time is over."""
    by = facts.settle_by
    if by and facts.now >= by:
        return speak.say("Emergency change: overdue; it was to be made good before {by}", by=by)
    return speak.say("Emergency change: to be made good before {by}", by=by)


def _nothing_to_settle(view: Overview, ticket: Ticket, speak: Translator) -> str:
    """Good news, no better than what could be seen."""
    before = not ticket.state.reached(State.IMPLEMENT)
    # What is listed beneath it, one by one: a line may hold several, and one that is not wholly waived has them too.
    if n := len(excepted(view.lines, speak)):
        return speak.count(
            "Nothing is open now; {n} exception is in force.",
            "Nothing is open now; {n} exceptions are in force.",
            n,
        )
    if n := len(view.late):
        return speak.count(
            "Nothing is open now; {n} point was in order only after the rollout began.",
            "Nothing is open now; {n} points were in order only after the rollout began.",
            n,
        )
    if view.unseen:
        return speak.say("What could be looked at is in order.")
    if view.underway:
        return speak.say("Nothing is asked of you now: a formal notification is on its way.")
    if before:
        return speak.say("Ready for implementation: all that is asked before it is in order.")
    return speak.say("All that is asked so far is in order.")


def next_step(view: Overview, facts: Facts, speak: Translator) -> str:
    """What is needed first, from whom and by when; empty when nothing is."""
    if not view.now:
        return ""
    first = view.now[0]
    about = {"who": Quote(who(first, facts, speak)), "what": Quote(demand(first, speak))}
    overrun = first.deadline is not None and first.deadline <= facts.now
    # Of what is overdue, "before" a moment that is past helps nobody.
    if first.due and not overrun and not facts.ticket.state.reached(first.gate):
        return speak.say("Needed next from {who}, before {due}: {what}.", due=first.due, **about)
    return speak.say("Needed next from {who}: {what}.", **about)


def title(line: RequirementGroup, speak: Translator) -> str:
    """The line as a headline: what is wrong, or what it demands where nothing is."""
    return headed(line.told, speak)


def headed(finding: Finding, speak: Translator) -> str:
    """A finding as a headline. What came too late is there: headed by the problem it would be denied."""
    if finding.verdict.value == "late":
        return speak.say("Too late: {what}", what=Quote(speak.written(finding.title)))
    return speak.written(finding.headlines)


def demand(line: RequirementGroup, speak: Translator) -> str:
    """What the line demands, for where the sentence around it asks for that."""
    return speak.written(line.told.title)


def seen(line: RequirementGroup, speak: Translator) -> str:
    """What was seen, each sentence once."""
    return " ".join(speak.opening(sentence) for sentence in line.seen)


def moments(line: RequirementGroup, speak: Translator) -> str:
    """When its evidence came, as far as that is worth being told."""
    return " ".join(speak(sentence) for sentence in line.moments)


def account(line: RequirementGroup, speak: Translator) -> str:
    """What was seen, and when it came."""
    return f"{seen(line, speak)} {moments(line, speak)}".strip()


def capital(sentence: str) -> str:
    """The sentence with a capital."""
    return sentence[:1].upper() + sentence[1:]


def who(line: RequirementGroup, facts: Facts, speak: Translator, limit: int = 3) -> str:
    """Who can settle the line, with the role in which they are asked; the team when nobody in particular."""
    return asked_of(line.open, speak, limit) or _team(facts.ticket, speak)


def asked_of(findings: Sequence[Finding], speak: Translator, limit: int = 0) -> str:
    """Who must act on these: "A or B" where one of them can, "A and B" where each must; empty where nobody is asked."""
    groups = must_act(findings)
    if len(groups) == 1:
        return speak.listed(groups[0], limit, either=True)
    told = [Quote(speak.listed(group, limit, either=True)) for group in groups]
    if all(len(group) == 1 for group in groups) or (limit and len(groups) > limit):
        return speak.listed(told, limit) if groups else ""
    # With a comma, as in "A or B, and C" it must be seen what goes together.
    *first, last = (one.text for one in told)
    return speak.say("{some}, and {last}", some=Quote(", ".join(first)), last=Quote(last))


def _team(ticket: Ticket, speak: Translator) -> str:
    return ticket.team or speak.say("the responsible team")


def ids(line: RequirementGroup) -> str:
    """The requirement ids in small brackets, for those who cite them."""
    return f"[{', '.join(line.ids)}]"


def why(line: RequirementGroup, speak: Translator) -> str:
    """Which asset, class and clause ask for it."""
    assets = speak.listed([Quote(text) for text in _by_subject(line.because, speak)], _REASONS)
    return f"{assets} ({clauses(line.places, speak)})"


def clauses(places: Sequence[tuple[str, TableRow | None]], speak: Translator) -> str:
    """Citations joined: sections of the same document and version share its name, rows of one table their place."""
    documents: dict[str, dict[tuple[str, Dimension | None], list[str]]] = {}
    for cite, row in places:
        document, mark, section = cite.partition(" §")
        sections = documents.setdefault(document, {})
        classes = sections.setdefault((f"{mark}{section}", row.dimension if row else None), [])
        classes += [row.classes] if row else []
    return "; ".join(
        document
        + ";".join(
            _clause(section, dimension, classes, speak) for (section, dimension), classes in found.items()
        )
        for document, found in documents.items()
    )


def _clause(section: str, dimension: Dimension | None, classes: Sequence[str], speak: Translator) -> str:
    return f"{section}, {speak(rows_told(dimension, sorted(set(classes))))}" if dimension else section


def citation(finding: Finding, speak: Translator) -> str:
    """Document, version, section, and the row of its table."""
    return clauses([(finding.cite, finding.row)], speak)


def _by_subject(because: Sequence[Because], speak: Translator) -> list[str]:
    names = list(dict.fromkeys(b.subject for b in because))
    if len(names) > _REASONS:  # then those that weigh most come first
        names.sort(key=lambda name: -max(b.level or 0 for b in because if b.subject == name))
    return [_subject_text(name, [b for b in because if b.subject == name], speak) for name in names]


def _subject_text(name: str, because: Sequence[Because], speak: Translator) -> str:
    levels = dict.fromkeys(
        speak(class_letter(b.dimension, b.level)) for b in because if b.dimension and b.level
    )
    classes, flags = (
        " ".join(levels),
        tuple(FLAGS[f] for f in dict.fromkeys(b.flag for b in because if b.flag)),
    )
    if path := because[0].path:
        return _path_text(path, classes, flags, speak)
    shown = asset_name(name)
    if classes and flags:
        return speak.say("{asset} is {classes} with {flags}", asset=shown, classes=classes, flags=flags)
    if flags:
        return speak.say("{asset} holds {flags}", asset=shown, flags=flags)
    if not classes:
        return speak.say("{asset}, whatever its class", asset=shown)
    return speak.say("{asset} is {classes}", asset=shown, classes=classes)


def _path_text(path: Sequence[str], classes: str, flags: tuple[Say, ...], speak: Translator) -> str:
    """An asset that counts because others depend on it, by the way from the one that the ticket names."""
    way = Quote(" → ".join(path))
    if classes and flags:
        return speak.say("{path} ({classes} with {flags})", path=way, classes=classes, flags=flags)
    return speak.say("{path} ({what})", path=way, what=classes or flags)


def class_line(subjects: Sequence[Subject], speak: Translator) -> str:
    """The ticket's class as shown: the highest per dimension, and the overlays."""
    classes = " ".join(speak(class_letter(d, max(s.level(d) for s in subjects))) for d in Dimension)
    flags = [FLAGS[f] for f in Flag if any(s.flag(f) for s in subjects)]
    names = [Quote(s.name) for s in subjects if s.name]
    text = speak.say("Class {classes}", classes=classes)
    text += f", {speak.listed(flags)}" if flags else ""
    return text + (f": {speak.listed(names, 4)}" if names else "")
