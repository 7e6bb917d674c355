"""November 2026 in four teams: 200 changes, what people do to them, and the whole bot that follows them.

Nothing that another team does shows in a team's channel, so that the team with most changes may be played alone.
The bot is real: pipeline, rules, journal and texts. Tickets, register and message service are in memory, and the clock
is moved by hand. A cycle comes every half hour; by night only each third hour, unless somebody did something.
Everything random comes from one seed.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from office import CARLA, DINA, Office
from organisation import CALENDAR

from bot.intake.facts import FactsBuilder
from bot.journal import Decided
from bot.policy.snooze import Limits, snooze_of
from bot.policy.speaking_times import SpeakingTimes
from domain.asset import Asset
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Group, Person
from domain.ports.interactions import Interaction, InteractionKind
from domain.ticket import Approval, AssetRef, Decision, Ticket, TicketRef
from domain.working_calendar import Calendar, fold

START, END = datetime(2026, 11, 1, 23, tzinfo=UTC), datetime(2026, 12, 1, 23, tzinfo=UTC)
CYCLE = timedelta(minutes=30)
TAKES = timedelta(minutes=1)
"""What a cycle itself lasts: people do not stop working meanwhile."""

CHANGES = 200
TEAMS = {"Web": 0.45, "Payments": 0.25, "Breda": 0.2, "Tilburg": 0.1}
DUTCH = ("Breda", "Tilburg")
CHANNELS = {"cab": "cab", "dpo": "dpo", "change_manager": "cm", "operations": "ops"}
TALK = SpeakingTimes()
TEXTS = ("package", "build_doc", "install_doc", "test_plan", "procedures", "scripts", "fallback_plan")
ANN, BEN, TOM = Person("ann", "Ann"), Person("ben", "Ben"), Person("tom", "Tom")
PRESSES = {"cab": CARLA, "dpo": DINA}
"""Who presses "seen" in which channel."""

Edit = tuple[datetime, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Heard:
    """One call that wrote. `kind` as the journal names it, up to the first colon."""

    at: datetime
    channel: str
    kind: str
    thread: bool
    edited: bool

    @property
    def day(self) -> date:
        """The local day."""
        return CALENDAR.local_day(self.at)


@dataclass
class Town(Office):
    """The office of this month. What its people do while a cycle runs is seen by the second look alone; without
    `looks_again`, reminders go by what the cycle read first.
    """

    looks_again: bool = True
    presses: bool = True
    todo: list[Edit] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    _read_first: dict[str, Ticket] | None = None
    _pressed: set[str] = field(default_factory=set)

    def play(self, story: list[Edit], on_week: Callable[[int], None]) -> tuple[Heard, ...]:
        """Let the month happen."""
        self.todo = list(story)
        self._listen()
        week = 0
        for moment in moments(story):
            if (passed := (moment - START).days // 7) > week:
                on_week(week := passed)
            self._edited_until(moment)
            self.now, self._read_first = moment, None
            before = len(self.said)
            self.run()
            self._press(before)
        return tuple(
            Heard(said.at, said.channel, kind, bool(said.thread), said.what == "update")
            for said, kind in zip(self.said, self.kinds, strict=True)
        )

    def read(self, ref: TicketRef) -> Ticket:
        """A ticket as it is now; as the cycle saw it first, where nobody looks again."""
        if self._read_first is None or self.looks_again:
            return super().read(ref)
        return self._read_first[ref.key]

    def _edited_until(self, moment: datetime) -> None:
        while self.todo and self.todo[0][0] <= moment:
            self.now, key, given = self.todo.pop(0)
            self.put(key, **given)

    def _listen(self) -> None:
        """Note the kind of each message, and let people go on working once the tickets were judged."""
        journal: Any = self.ctx.journal
        begin, points = journal.begin, journal.points

        def noted(slot: Any, *rest: Any) -> Any:
            self.kinds.append(slot.kind.partition(":")[0])
            return begin(slot, *rest)

        def meanwhile() -> Any:
            if self._read_first is None:
                self._read_first, moment = dict(self.tickets), self.now
                self._edited_until(moment + TAKES)
                self.now = moment
            return points()

        journal.begin, journal.points = noted, meanwhile

    def _press(self, before: int) -> None:
        """Who is asked for a sign-off early, says of every second change that they have seen it."""
        if not self.presses:
            return
        for said, kind in zip(self.said[before:], self.kinds[before:], strict=True):
            if kind == "reminder" and said.channel in PRESSES:
                for key in re.findall(r"CHG-\d*[02468]\b", said.text):
                    self._seen(key, PRESSES[said.channel])

    def _seen(self, key: str, person: Person) -> None:
        ref, journal = self.find(key), self.ctx.journal
        if ref is None or f"{key}/{person.id}" in self._pressed:
            return
        self._pressed.add(f"{key}/{person.id}")
        facts = FactsBuilder(self.ctx).facts(self, ref)
        pause = snooze_of(facts, person, None, Limits(self.remind_days, self.calendar))
        journal.keep(Interaction(f"{key}/{person.id}", InteractionKind.PRESS, person.id), self.now)
        deed = journal.next_interaction("month", self.now, 60)
        assert deed is not None
        made = Decided("seen", ticket=f"jira:{ref.id}", account=person.id, person=person.name, pause=pause)
        assert journal.decide(deed, "month", made, self.now)
        journal.answered(deed, self.now)


def town(folder: str, talk: SpeakingTimes = TALK, calendar: type[Calendar] = Calendar, **given: Any) -> Town:
    """Four teams, two of which keep Dutch holidays; twenty applications."""
    dutch = calendar(ZoneInfo("Europe/Amsterdam"), "NL")
    made = Town(
        f"sqlite:///{Path(folder) / 'j.db'}",
        START,
        talk=talk,
        calendar=calendar(ZoneInfo("Europe/Brussels")),
        calendars={fold(team): dutch for team in DUTCH},
        channels={team: team for team in TEAMS} | CHANNELS,
        **given,
    )
    for number in range(20):
        made.assets[f"app-{number}"] = _asset(number)
    return made


def folder() -> tempfile.TemporaryDirectory[str]:
    """Where the journal stands for an hour: in memory where the system has such a place."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)


def moments(story: list[Edit]) -> Iterator[datetime]:
    """When a cycle runs: each half hour of a working day and after an edit; each third hour at other times."""
    at = START
    edited = {START + CYCLE * (int((moment - START) / CYCLE) + 1) for moment, _, _ in story}
    while (at := at + CYCLE) < END:
        local = at.astimezone(CALENDAR.timezone)
        working = CALENDAR.is_working_day(local.date()) and time(7) <= local.time() < time(20)
        turn = local.minute % 30 == 0 if working else local.hour % 3 == 0 and local.minute == 0
        if turn or at in edited:
            yield at


def edits(team: str = "", seed: int = 7) -> list[Edit]:
    """What people do in the month, in order; of one team's changes only, if it is named."""
    rng = random.Random(seed)
    lives = [list(_life(number, rng)) for number in range(CHANGES)]
    whole = [life for life in lives if team in ("", life[0][2]["responsible_group"][0].name)]
    return sorted((edit for life in whole for edit in life), key=lambda edit: edit[0])


def _life(number: int, rng: random.Random) -> Iterator[Edit]:
    """One change: made, every fourth as a draft at first, filled in by bursts, approved, rolled out, closed; every
    tenth is left alone for too long.
    """
    key = f"CHG-{number}"
    team = rng.choices(list(TEAMS), list(TEAMS.values()))[0]
    made = _office_hour(START + timedelta(days=rng.uniform(0, 24)), rng)
    start = CALENDAR.working_days_after(made, rng.randint(3, 9)).replace(
        hour=rng.choice((8, 12, 17, 20, 22)), minute=0
    )
    slow = number % 10 == 0
    asset = f"app-{rng.randrange(20)}"
    first = {
        "summary": f"Change {number}",
        "state": State.DRAFT if number % 4 == 1 else State.ASSESS,
        "planned_start": start,
        "release_size": "minor",
        "assets": (AssetRef("jira", asset, asset),),
        "responsible_group": (Group(team, team),),
    }
    yield made, key, first
    if number % 4 == 1:
        yield _between(made, start, 0.2, rng), key, {"state": State.ASSESS}
    late = 0.8 if slow else 0.0
    papers = dict.fromkeys(TEXTS, "see wiki") | {"rollout_strategy": "phased"}
    yield from _burst(key, rng, made, start, late, papers)
    yield from _burst(key, rng, made, start, late + 0.2, _tested(made, start))
    yield _between(made, start, 0.5, rng), key, {"state": State.AUTHORIZE}
    if rng.random() < 0.15:  # the plan is moved
        start = CALENDAR.working_days_after(start, 2)
        yield _between(made, start, 0.6, rng), key, {"planned_start": start}
    signed = _between(made, start, 1.3 if slow else 0.75, rng)
    yield signed, key, {"approvals": tuple(Approval(p, Decision.APPROVED, signed) for p in (CARLA, DINA))}
    yield from _rollout(key, start)


def _tested(made: datetime, start: datetime) -> Mapping[str, Any]:
    return {
        "test_result": "passed",
        "acceptance_result": "accepted",
        "environments_separated": True,
        "test_plan_fixed_at": made,
        "test_validated_by": (ANN, BEN),
        "test_validated_at": start - timedelta(days=1),
        "environments_like_production": True,
        "test_data": "synthetic",
        "requester": (TOM,),
        "implementer": (BEN,),
    }


def _rollout(key: str, start: datetime) -> Iterator[Edit]:
    done = start + timedelta(hours=2)
    yield start, key, {"state": State.IMPLEMENT, "actual_start": start}
    ended = {
        "actual_end": done,
        "result": "successful",
        "handed_over_at": done,
        "handed_over_to": (Group("ops", "Operations"),),
    }
    yield done, key, ended | {"state": State.REVIEW}
    closing = {"state": State.CLOSED, "lessons_learned": "none", "post_verification": "done"}
    yield CALENDAR.working_days_after(done, 2), key, closing


def _burst(
    key: str, rng: random.Random, made: datetime, start: datetime, late: float, fields: Mapping[str, Any]
) -> Iterator[Edit]:
    """Fields filled in one after another, a few minutes apart."""
    moment = _between(made, start, rng.uniform(0.1, 0.6) + late, rng)
    for name, value in fields.items():
        moment += timedelta(seconds=rng.randint(20, 240))
        yield moment, key, {name: value}


def _between(made: datetime, start: datetime, part: float, rng: random.Random) -> datetime:
    return _office_hour(made + (start - made) * part, rng)


def _office_hour(moment: datetime, rng: random.Random) -> datetime:
    day = CALENDAR.working_day_from(CALENDAR.local_day(moment))
    return CALENDAR.at(day, time(8)) + timedelta(minutes=rng.randint(30, 560))


def _asset(number: int) -> Asset:
    """A class for everybody: half are below class 3 of availability, so told of in office hours only."""
    classes = {
        n: Field(1 + (number * k) % 4)
        for n, k in (("confidentiality", 3), ("integrity", 7), ("availability", 1))
    }
    flags = {"gdpr": Field(number % 5 == 0), "ksz": Field(False), "nis2": Field(False)}
    owner = {"owner": Field((CARLA,)), "stakeholders": Field(), "supplier": Field()}
    return Asset("jira", f"app-{number}", f"app-{number}", **classes, **flags, **owner)
