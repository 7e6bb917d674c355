"""Somebody's own page: what waits for them, the nearest start first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blockkit import blocks, modals
from bot.messages.blockkit.mrkdwn import cut, escape, is_web
from bot.messages.blockkit.parts import Message
from bot.messages.handover import more
from bot.messages.i18n.speaker import ROLE_NAMES, Translator
from bot.messages.replies import plain_answer
from bot.policy.actions import Action, encode
from domain.lifecycle import Verdict
from domain.people import Role
from domain.sentence import Quote

SHOWN = 20
"""Tickets on the page; of more, how many others there are."""

POINTS = 5
"""Points named per ticket."""

_SIGNS = {Verdict.VIOLATED: "⛔", Verdict.MISSING: "⛔", Verdict.PENDING: "⏳"}


@dataclass(frozen=True, slots=True)
class Point:
    """Something open that this person can settle: its headline by language, how it stands, and its line."""

    title: tuple[tuple[str, str], ...]
    verdict: Verdict
    line: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits for this person; `start` is when it is planned (UTC)."""

    source: str
    id: str
    key: str
    url: str
    summary: str
    start: datetime | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class MyWork:
    """Who somebody is, and what waits for them. `unknown` are the titles of the systems in which they are not known,
    `silent` of those that could not be asked.
    """

    roles: tuple[Role, ...] = ()
    teams: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    unknown: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def page(mine: MyWork, now: datetime, speak: Translator) -> modals.View:
    """The page, as of now."""
    built = [blocks.header(_heading(mine, speak)), blocks.context(escape(_known_as(mine, speak)))]
    for one in mine.waiting[:SHOWN]:
        built += [blocks.divider(), *_ticket(one, speak)]
    rest = [*_rest(mine, speak), speak.say("As of {moment}. Sign-offs are given in the ticket.", moment=now)]
    built += [blocks.divider(), *(blocks.context(escape(text)) for text in rest)]
    return modals.page(built, more(speak))


def closed(why: str) -> modals.View:
    """The page of somebody for whom nothing is shown."""
    return modals.page([blocks.rich_text([blocks.words(why)])])


def listed(mine: MyWork, speak: Translator) -> Message:
    """The same as an answer to a command."""
    tickets = ("\n".join(_rows(one, speak)) for one in mine.waiting[:SHOWN])
    return plain_answer(_heading(mine, speak), _known_as(mine, speak), *tickets, *_rest(mine, speak))


def _heading(mine: MyWork, speak: Translator) -> str:
    # Where somebody is not known everywhere, a plain "nothing" would be more than was seen.
    if not mine.waiting and (mine.unknown or mine.silent):
        return speak.say("Nothing waits for you, as far as can be seen")
    if not mine.waiting:
        return speak.say("Nothing waits for you")
    return speak.count("{n} ticket waits for you", "{n} tickets wait for you", len(mine.waiting))


def _known_as(mine: MyWork, speak: Translator) -> str:
    parts: list[object] = [ROLE_NAMES[role] for role in mine.roles]
    parts += [Quote(team) for team in mine.teams]
    if not parts:
        return speak.say("What waits for you personally is shown here.")
    return speak.count("Your role: {parts}.", "Your roles: {parts}.", len(parts), parts=tuple(parts))


def _rest(mine: MyWork, speak: Translator) -> Iterator[str]:
    if (more := len(mine.waiting) - SHOWN) > 0:
        yield speak.count("and {n} more ticket", "and {n} more tickets", more)
    for system in mine.unknown:
        yield speak.say("It cannot be told who you are in {system}.", system=Quote(system))
    for system in mine.silent:
        yield speak.say(
            "{system} does not answer now; what waits there is missing here.",
            system=Quote(system),
        )


def _rows(one: Waiting, speak: Translator) -> Iterator[str]:
    yield f"{_name(one)} — {_start(one, speak)}"
    yield from (f"• {text}" for text in _points(one, speak))
    yield one.url


def _ticket(one: Waiting, speak: Translator) -> Iterator[blocks.Block]:
    name = blocks.web_link(one.url, _name(one))
    yield blocks.rich_text([name, blocks.words(f" — {_start(one, speak)}")])
    yield blocks.bullets(*([blocks.words(text)] for text in _points(one, speak)))
    explain = blocks.button(
        speak.say("Explain"), Action.EXPLAIN.value, encode(one.source, one.id, [p.line for p in one.points])
    )
    opened = (
        [blocks.url_button(speak.say("Open the ticket"), one.url, "open_ticket")] if is_web(one.url) else []
    )
    yield blocks.actions(*opened, explain)


def _points(one: Waiting, speak: Translator) -> Iterator[str]:
    for point in one.points[:POINTS]:
        yield f"{_SIGNS.get(point.verdict, '')} {speak.written(point.title)}"
    if (rest := len(one.points) - POINTS) > 0:
        yield speak.count("and {n} more point, in the ticket", "and {n} more points, in the ticket", rest)


def _name(one: Waiting) -> str:
    return cut(f"{one.key} · {' '.join(one.summary.split())}", 150)


def _start(one: Waiting, speak: Translator) -> str:
    return (
        speak.say("Planned start: {start}.", start=one.start)
        if one.start
        else speak.say("No planned start yet.")
    )
