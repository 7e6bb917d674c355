"""`make bench-month`: what a team gets to read in a month of 200 changes, and in the same month without each rule that
keeps the bot quiet.

The bot is whole and real: pipeline, rules, journal and texts. Tickets, register and message service are in
memory, and the clock is moved by hand: cycles of half an hour. Four teams of
unequal size, two of them with Dutch holidays, in November 2026. People fill in what they were asked for in bursts,
sooner or later; every tenth change is left alone until it is overdue. Everything random comes from one seed.

    PYTHONPATH=tests python -m tests.bench_month
"""

from __future__ import annotations

import random
import sys
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from office import CALENDAR, CARLA, DINA, LADDERS, Office

from bot import remind, reminders
from bot.calendar import Calendar, fold
from bot.model.asked import Claim
from bot.model.asset import Asset
from bot.model.fields import Field
from bot.model.lifecycle import State
from bot.model.people import Group, Person
from bot.model.ticket import Approval, AssetRef, Decision
from bot.remind import grouped
from bot.talk import Talk

START, END = datetime(2026, 11, 1, 23, tzinfo=UTC), datetime(2026, 12, 1, 23, tzinfo=UTC)
EVERY = timedelta(minutes=30)
TEAMS = {"Web": 0.45, "Payments": 0.25, "Breda": 0.2, "Tilburg": 0.1}
DUTCH = ("Breda", "Tilburg")
TALK = Talk(time(8, 30), 3, time(9), remind_limit=4, card_rest=60, ladders=LADDERS)
TEXTS = ("package", "build_doc", "install_doc", "test_plan", "procedures", "scripts", "fallback_plan")
ANN, BEN, TOM = Person("ann", "Ann"), Person("ben", "Ben"), Person("tom", "Tom")
Edit = tuple[datetime, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Month:
    """What was written in the month, per team and local day."""

    posts: Counter[tuple[str, date]] = field(default_factory=Counter)
    threads: int = 0
    edits: int = 0
    at_night: int = 0
    others: int = 0

    @property
    def busiest(self) -> str:
        """The team with most messages."""
        teams: Counter[str] = Counter()
        for (team, _), number in self.posts.items():
            teams[team] += number
        return teams.most_common(1)[0][0]

    def row(self, name: str) -> str:
        """As a row of the table: posts of the busiest team in the month, and on its median and worst working day."""
        mine = {day: number for (team, day), number in self.posts.items() if team == self.busiest}
        working = [day for n in range(1, 31) if CALENDAR.is_working_day(day := date(2026, 11, n))]
        days = sorted(mine.get(day, 0) for day in working)
        worst, whole = max(mine.values()), sum(self.posts.values())
        cells = (
            name,
            sum(mine.values()),
            days[len(days) // 2],
            worst,
            whole,
            self.others,
            self.threads,
            self.edits,
            self.at_night,
        )
        return "| " + " | ".join(map(str, cells)) + " |"


def edits(seed: int = 7) -> list[Edit]:
    """What people do in the month, in order."""
    rng = random.Random(seed)
    found = [edit for number in range(200) for edit in _life(number, rng)]
    return sorted(found, key=lambda edit: edit[0])


def _life(number: int, rng: random.Random) -> Iterator[Edit]:
    """One change: made, filled in by bursts, approved, rolled out, closed; or left alone for too long."""
    key = f"CHG-{number}"
    team = rng.choices(list(TEAMS), list(TEAMS.values()))[0]
    made = _office_hour(START + timedelta(days=rng.uniform(0, 24)), rng)
    start = CALENDAR.working_days_after(made, rng.randint(3, 9)).replace(
        hour=rng.choice((8, 12, 17)), minute=0
    )
    slow = number % 10 == 0
    first = {
        "summary": f"Change {number}",
        "state": State.ASSESS,
        "planned_start": start,
        "release_size": "minor",
    }
    asset = f"app-{rng.randrange(20)}"
    yield (
        made,
        key,
        first | {"assets": (AssetRef("jira", asset, asset),), "responsible_group": (Group(team, team),)},
    )
    late = 0.8 if slow else 0.0
    yield from _burst(
        key, rng, made, start, late, dict.fromkeys(TEXTS, "see wiki") | {"rollout_strategy": "phased"}
    )
    tested = {"test_result": "passed", "acceptance_result": "accepted", "environments_separated": True}
    checked = {
        "test_plan_fixed_at": made,
        "test_validated_by": (ANN, BEN),
        "test_validated_at": start - timedelta(days=1),
    }
    equal = {
        "environments_like_production": True,
        "test_data": "synthetic",
        "requester": (TOM,),
        "implementer": (BEN,),
    }
    yield from _burst(key, rng, made, start, late + 0.2, tested | checked | equal)
    yield _between(made, start, 0.5, rng), key, {"state": State.AUTHORIZE}
    if rng.random() < 0.15:  # the plan is moved
        start = CALENDAR.working_days_after(start, 2)
        yield _between(made, start, 0.6, rng), key, {"planned_start": start}
    signed = _between(made, start, 1.3 if slow else 0.75, rng)
    yield signed, key, {"approvals": tuple(Approval(p, Decision.APPROVED, signed) for p in (CARLA, DINA))}
    done = start + timedelta(hours=2)
    yield start, key, {"state": State.IMPLEMENT, "actual_start": start}
    ended = {
        "actual_end": done,
        "result": "successful",
        "handed_over_at": done,
        "handed_over_to": (Group("ops", "Operations"),),
    }
    yield done, key, ended | {"state": State.REVIEW}
    yield (
        CALENDAR.working_days_after(done, 2),
        key,
        {"state": State.CLOSED, "lessons_learned": "none", "post_verification": "done"},
    )


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


def play(story: list[Edit], talk: Talk, hook: Callable[[Office], None] = lambda _: None) -> Month:
    """Let the month happen."""
    channels = {team: team for team in TEAMS} | {
        "cab": "cab",
        "dpo": "dpo",
        "change_manager": "cm",
        "operations": "ops",
    }
    dutch = Calendar(ZoneInfo("Europe/Amsterdam"), "NL")
    with tempfile.TemporaryDirectory() as folder:
        calendars = {fold(team): dutch for team in DUTCH}
        office = Office(
            f"sqlite:///{Path(folder) / 'j.db'}", START, talk=talk, calendars=calendars, channels=channels
        )
        for number in range(20):
            office.assets[f"app-{number}"] = _asset(number)
        hook(office)
        todo = list(story)
        for moment in _cycles(story):
            while todo and todo[0][0] <= moment:
                office.now, key, given = todo.pop(0)
                office.put(key, **given)
            office.now = moment
            office.run()
        office.ctx.journal.close()
        return _counted(office)


def _cycles(story: list[Edit]) -> list[datetime]:
    """Every half hour, of which only those are played in which something may happen: after an edit, and each
    hour.
    """
    count = int((END - START) / EVERY)
    edited = {int((moment - START) / EVERY) + 1 for moment, _, _ in story}
    return [START + EVERY * n for n in range(1, count) if n % 2 == 0 or n in edited]


def _asset(number: int) -> Asset:
    """A class for everybody: half are below class 3 of availability, so told of in office hours only."""
    classes = {
        n: Field(1 + (number * k) % 4)
        for n, k in (("confidentiality", 3), ("integrity", 7), ("availability", 1))
    }
    flags = {"gdpr": Field(number % 5 == 0), "ksz": Field(False), "nis2": Field(False)}
    owner = {"owner": Field((CARLA,)), "stakeholders": Field(), "supplier": Field()}
    return Asset("jira", f"app-{number}", f"app-{number}", **classes, **flags, **owner)


def _counted(office: Office) -> Month:
    posts: Counter[tuple[str, date]] = Counter()
    threads = updates = night = others = 0
    for said in office.said:
        post = said.what == "create" and not said.thread
        updates += said.what == "update"
        threads += bool(said.thread)
        night += post and not CALENDAR.in_office_hours(said.at)
        others += post and said.channel not in TEAMS
        if post and said.channel in TEAMS:
            posts[said.channel, CALENDAR.local_day(said.at)] += 1
    return Month(posts, threads, updates, night, others)


def one_by_one(office: Office) -> None:
    """A message per ticket instead of one per audience."""
    stage: Any = reminders
    stage.grouped = lambda dues: tuple(one for due in dues for one in grouped([due]))


def every_day(office: Office) -> None:
    """What was sent is sent again every day: yesterday's claims are forgotten."""
    stage: Any = office.ctx.journal
    made, asked = stage.say_once, stage.sent_of
    stage.say_once = lambda claims, *rest: made([_today(office, c) for c in claims], *rest)
    stage.sent_of = lambda claims: frozenset(c for c in claims if asked([_today(office, c)]))
    marked = stage.mark_sent
    stage.mark_sent = lambda what, day, now: marked(*_today(office, Claim(what, day)), now)


def _today(office: Office, claim: Claim) -> Claim:
    again = claim.what.startswith("remind:")
    return Claim(f"{claim.what}@{CALENDAR.local_day(office.now)}", claim.day) if again else claim


def day_and_night(office: Office) -> None:
    """No quiet hours."""
    stage: Any = reminders
    stage._awake, remind._may_speak = (lambda *_: True), (lambda *_: True)


OFF = replace(TALK, digest_at=None)
MONTHS: Mapping[str, tuple[Talk, Callable[[Office], None] | None]] = {
    "as it is": (TALK, None),
    "no digest: every reminder at its own moment": (OFF, None),
    "no digest, and a message per ticket": (OFF, one_by_one),
    "what was said is said again every day": (TALK, every_day),
    "no quiet hours": (TALK, day_and_night),
    "no limit a day": (replace(TALK, remind_limit=0), None),
    "cards rest ten minutes": (replace(TALK, card_rest=600), None),
    "nothing goes up": (replace(TALK, ladders=type(LADDERS)()), None),
}


def main() -> None:
    """Play the month in each way, or in those whose numbers are given, and print the table's rows."""
    story = edits()
    for number in map(int, sys.argv[1:] or range(len(MONTHS))):
        name, (talk, hook) = list(MONTHS.items())[number]
        kept, began = (reminders.grouped, reminders._awake, remind._may_speak), stopwatch.monotonic()
        sys.stdout.write(play(story, talk, hook or (lambda _: None)).row(name) + "\n")
        sys.stdout.flush()
        reminders.grouped, reminders._awake, remind._may_speak = kept
        sys.stderr.write(f"{len(story)} edits, {stopwatch.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
