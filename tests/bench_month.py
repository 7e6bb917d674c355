"""`make bench-month`: what a team gets to read in a month of 200 changes, and in the same month without each rule that
keeps the bot quiet, one at a time. The month itself is in `month.py`; of its four teams the busiest is played.

    PYTHONPATH=tests python -m tests.bench_month          all of them, as many at once as there are cores
    PYTHONPATH=tests python -m tests.bench_month 0 3      those with these numbers
"""

from __future__ import annotations

import os
import sys
import time as stopwatch
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from month import CHANGES, TALK, TEAMS, Heard, Town, edits, folder, town
from organisation import CALENDAR, NO_LADDERS, speaking

from bot import logs
from bot.messages.escalation import EscalationMessage
from bot.notify import escalations, reminders, ticket_messages
from bot.policy.reminders import grouped
from bot.policy.speaking_times import SpeakingTimes
from domain.ports.messaging import Place
from domain.requests import OnceKey
from domain.working_calendar import Calendar

BUSIEST = max(TEAMS, key=lambda team: TEAMS[team])
KINDS = {"card": "new cards", "digest": "digests", "reminder": "reminders"}
COLUMNS = (
    *("the month", "messages", "median day", "worst day", "new cards", "digests", "reminders", "other"),
    *("in threads", "edits of cards", "CAB, DPO, managers, operations", "outside office hours"),
)


class Sleepless(Calendar):
    """A calendar without quiet hours. What counts working time goes by the same days and hours as before."""

    __slots__ = ()

    def in_office_hours(self, moment: datetime) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, slots=True)
class Way:
    """How the month is played. `change` switches a rule off in the town; each way has a process of its own."""

    talk: SpeakingTimes = TALK
    calendar: type[Calendar] = Calendar
    given: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[Callable[[Town], None]] = ()


def new_messages(office: Town) -> None:
    """A card is posted anew instead of edited."""
    office.outlet.editable = False


def in_channel(office: Town) -> None:
    """What belongs in a thread goes into the channel."""
    outlet: Any = office.outlet
    create = outlet.create
    outlet.create = lambda place, *rest: create(Place(place.container), *rest)


def one_by_one(_: Town) -> None:
    """A message per ticket instead of one per reader, of reminders and of what goes up."""
    stage: Any = reminders
    stage.grouped = lambda dues, *rest: tuple(one for due in dues for one in grouped([due], *rest))
    upper: Any = escalations
    wish = upper._wish

    def apart(ctx: Any, up: EscalationMessage, *rest: Any) -> None:
        for raised in up.raised:
            wish(ctx, EscalationMessage(up.audience, (raised,)), *rest)

    upper._wish = apart


def every_day(office: Town) -> None:
    """What was reminded of is reminded of again every day: yesterday's claims are forgotten."""
    stage: Any = office.ctx.journal
    made, asked, marked = stage.enqueue_once, stage.sent_once, stage.mark_sent

    def today(claim: OnceKey) -> OnceKey:
        if not claim.what.startswith("remind:"):
            return claim
        return OnceKey(f"{claim.what}@{CALENDAR.local_day(office.now)}", claim.day)

    stage.enqueue_once = lambda claims, *rest: made([today(c) for c in claims], *rest)
    stage.sent_once = lambda claims: frozenset(c for c in claims if today(c) in asked([today(c)]))
    stage.mark_sent = lambda what, day, now: marked(*today(OnceKey(what, day)), now)


def drafts_too(_: Town) -> None:
    """A draft is spoken of like any other change."""
    stage: Any = ticket_messages
    worth = stage._worth_saying
    stage._worth_saying = lambda facts, view, memory: bool(
        worth(facts, view, memory) or (not facts.ticket.state.over and (view.open or view.waived))
    )


EVERYTHING = Way(
    speaking(card_rest=TALK.card_rest, preread_on=TALK.preread_on),
    Sleepless,
    {"looks_again": False, "presses": False},
    (new_messages, in_channel, one_by_one, every_day, drafts_too),
)
WAYS: Mapping[str, Way] = {
    "as it is": Way(),
    "a card is posted anew, not edited": Way(changes=(new_messages,)),
    "news in the channel, not in the card's thread": Way(changes=(in_channel,)),
    "no digest: each reminder at its own moment": Way(TALK.model_copy(update={"digest_at": None})),
    "a message per change, not per reader": Way(changes=(one_by_one,)),
    "the same reminder again every day": Way(changes=(every_day,)),
    "no quiet hours": Way(calendar=Sleepless),
    "no limit a day": Way(TALK.model_copy(update={"remind_limit": 0})),
    "no second look before sending": Way(given={"looks_again": False}),
    "pressing 'seen' pauses nobody": Way(given={"presses": False}),
    "drafts are spoken of too": Way(changes=(drafts_too,)),
    "all of these switched off": EVERYTHING,
    "nothing goes up (no quiet rule: what escalations add)": Way(given={"ladders": NO_LADDERS}),
}


def row(name: str, month: Sequence[Heard]) -> str:
    """A row of the table. What others get because of this team's changes is in the column before the last."""
    posts = [one for one in month if not one.thread and not one.edited]
    mine = [one for one in month if one.channel == BUSIEST]
    own = [one for one in posts if one.channel == BUSIEST]
    days = Counter(one.day for one in own)
    working = [days[day] for n in range(1, 31) if CALENDAR.is_working_day(day := date(2026, 11, n))]
    kinds = Counter(KINDS.get(one.kind, "other") for one in own)
    night = sum(not CALENDAR.in_office_hours(one.at) for one in posts)
    others = len(posts) - len(own)
    cells = (
        *(name, len(own), round(median(working)), max(days.values())),
        *(kinds[kind] for kind in (*KINDS.values(), "other")),
        *(sum(one.thread for one in mine), sum(one.edited for one in mine), others, night),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def played(name: str) -> str:
    """Play one way of the month, and give its row."""
    logs.configure("ERROR")
    began, way = stopwatch.monotonic(), WAYS[name]
    with folder() as place:
        made = town(place, way.talk, way.calendar, **way.given)
        for change in way.changes:
            change(made)
        month = made.play(edits(BUSIEST), lambda week: tell(f"{name}: week {week} of 4 is over"))
        made.ctx.journal.close()
    seconds = stopwatch.monotonic() - began
    found = row(name, month)
    tell(f"{name}: played in {seconds:.0f} s\n{found}")
    return found


def tell(line: str) -> None:
    """Progress, beside the table."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> None:
    """Play the month in each way, or in those whose numbers are given, and print the table."""
    names = [list(WAYS)[number] for number in map(int, sys.argv[1:] or range(len(WAYS)))]
    story = edits(BUSIEST)
    changes = len({key for _, key, _ in story})
    tell(
        f"{changes} of {CHANGES} changes are {BUSIEST}'s: {len(story)} edits; {len(names)} ways to play the month"
    )
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(names)), max_tasks_per_child=1) as pool:
        rows = list(pool.map(played, names))
    sys.stdout.write("\n".join([_line(COLUMNS), _line("---" for _ in COLUMNS), *rows]) + "\n")


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
