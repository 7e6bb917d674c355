"""The digest of a team's working day, and the CAB's weekly pre-read: what is due, and exceptions only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blockkit import blocks
from bot.messages.blockkit.mrkdwn import escape
from bot.messages.blockkit.parts import Message, message, named, text
from bot.messages.i18n.speaker import Translator
from domain.sentence import Quote, Say

SHOWN, TITLES = 12, 2
"""Tickets of a section, and open points of a ticket, that are named; of more, how many there are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A ticket in a digest. Moments are in UTC.

    start, end  the planned start while it lies ahead; when a term runs out. `moment`: the first of both
    titles      what it is about, by language: problems, or demands of what is still to come or settled
    missing     how many points are overdue or not allowed
    since       since when it stands so
    """

    key: str
    summary: str
    url: str
    team: str
    start: datetime | None = None
    end: datetime | None = None
    moment: datetime | None = None
    titles: tuple[Mapping[str, str], ...] = ()
    missing: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A morning's digest for the teams that read one channel. `followed` counts their open tickets."""

    teams: tuple[str, ...]
    at: datetime
    overdue: tuple[Entry, ...]
    today: tuple[Entry, ...]
    soon: tuple[Entry, ...]
    settled: tuple[Entry, ...]
    followed: int


@dataclass(frozen=True, slots=True)
class Preread:
    """A week's exceptions for the CAB, with what each is. `raised`: keys of the tickets that went up already."""

    at: datetime
    exceptions: tuple[tuple[Say, Entry], ...]
    raised: frozenset[str]
    followed: int


def compose(digest: Digest, speak: Translator) -> Message:
    """What is overdue, due today and due soon, and what came in order; one line when there is none of it."""
    teams = speak.listed(Quote(team or speak.say("tickets without a team")) for team in digest.teams)
    if not (digest.overdue or digest.today or digest.soon or digest.settled):
        quiet = _quiet(digest, teams, speak)
        return message(text(quiet), [blocks.rich_text([blocks.words(quiet)])])
    top = f"{teams} · {speak.day(digest.at)}"
    built, rows = [blocks.header(top)], [top]
    for heading, entries, dated in (
        (speak.say("Overdue or not allowed"), digest.overdue, True),
        (speak.say("Due today"), digest.today, True),
        (speak.say("Due in the coming days"), digest.soon, True),
        # When it was due says nothing any more of what is settled.
        (speak.say("Settled since the last working day"), digest.settled, False),
    ):
        several = len(digest.teams) > 1
        made, said = _section(heading, [(e, _entry(e, speak, dated, several)) for e in entries], speak)
        built += made
        rows += said
    why = speak.count(
        "You get this each working day: {n} open ticket is followed here.",
        "You get this each working day: {n} open tickets are followed here.",
        digest.followed,
    )
    return message(text(*rows, why), [*built, blocks.context(escape(why))])


def preread(week: Preread, speak: Translator) -> Message:
    """The exceptions, numbered so that a meeting can go by them; one line when there is none."""
    top = speak.say("Pre-read for the CAB, {day}", day=speak.day(week.at))
    if not week.exceptions:
        none = speak.count(
            "{top}: no exceptions; {n} open ticket is on course.",
            "{top}: no exceptions; {n} open tickets are on course.",
            week.followed,
            top=top,
        )
        return message(text(none), [blocks.rich_text([blocks.words(none)])])
    built, rows = [blocks.header(top)], [top]
    # Room for the heading, how many are left out, and why it came.
    for number, (what, entry) in enumerate(week.exceptions[: blocks.BLOCKS - 4], start=1):
        told = f"{number}. {named(entry.key, entry.summary)}"
        said = _exception(what, entry, entry.key in week.raised, speak)
        built.append(blocks.rich_text([blocks.web_link(entry.url, told), blocks.words(f" — {said}")]))
        rows.append(f"{told} — {said}")
    # By key, since one ticket can be an exception in more than one way.
    on_course = week.followed - len({entry.key for _, entry in week.exceptions})
    rest = speak.count(
        "Exceptions only: {n} other open ticket is on course and not listed.",
        "Exceptions only: {n} other open tickets are on course and not listed.",
        on_course,
    )
    left_out = len(week.exceptions) - (blocks.BLOCKS - 4)
    if left_out > 0:
        rows.append(more := _more(left_out, speak))
        built.append(blocks.rich_text([blocks.words(more)]))
    return message(text(*rows, rest), [*built, blocks.context(escape(rest))])


def _quiet(digest: Digest, teams: str, speak: Translator) -> str:
    return speak.count(
        "{teams}: nothing is due today or in the coming days; {n} open ticket is followed.",
        "{teams}: nothing is due today or in the coming days; {n} open tickets are followed.",
        digest.followed,
        teams=Quote(teams),
    )


def _section(
    heading: str, entries: Sequence[tuple[Entry, str]], speak: Translator
) -> tuple[list[blocks.Block], list[str]]:
    if not entries:
        return [], []
    points = [
        [blocks.web_link(e.url, named(e.key, e.summary)), blocks.words(f" — {said}")]
        for e, said in entries[:SHOWN]
    ]
    rows = [f"• {named(e.key, e.summary)} — {said}" for e, said in entries[:SHOWN]]
    if (rest := len(entries) - SHOWN) > 0:
        points.append([blocks.words(_more(rest, speak))])
        rows.append(_more(rest, speak))
    return [blocks.rich_text([blocks.words(heading, bold=True)]), blocks.bullets(*points)], [heading, *rows]


def _entry(entry: Entry, speak: Translator, dated: bool, several: bool) -> str:
    """Team where several read it, when it is due, and what is open."""
    parts = [entry.team] if several and entry.team else []
    if dated and entry.start:
        parts.append(speak.say("starts on {start}", start=entry.start))
    if dated and entry.end:
        parts.append(speak.say("deadline {moment}", moment=entry.end))
    return "; ".join([*parts, _titles(entry, speak)])


def _exception(what: Say, entry: Entry, went_up: bool, speak: Translator) -> str:
    parts = [f"{speak(what)}: {_titles(entry, speak)}"]
    parts += [entry.team] if entry.team else []
    parts += [speak.say("since {moment}", moment=entry.since)] if entry.since else []
    parts += [speak.say("starts on {start}", start=entry.start)] if entry.start else []
    parts += [speak.say("escalated")] if went_up else []
    return "; ".join(parts)


def _titles(entry: Entry, speak: Translator) -> str:
    """The open points, of many the first and how many others."""
    return speak.listed([Quote(speak.written(titles)) for titles in entry.titles], TITLES)


def _more(number: int, speak: Translator) -> str:
    return speak.count("and {n} other ticket", "and {n} other tickets", number)
