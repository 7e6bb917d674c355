"""A verdict that can explain itself: why it is asked, what was seen, what is wanted, and who can settle it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.asset import Because, Dimension
from domain.lifecycle import Severity, State, Verdict
from domain.people import Group, Holder, Person, Role
from domain.sentence import Say, in_language
from domain.waiver import Waiver

Actor = Person | Holder | Group | Role
"""Who can settle a finding: a person, perhaps in a role, a group, or a role when nobody in it is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several things a rule asks for, with its own verdict, so that each is reported by name."""

    name: Say
    met: bool | None
    seen: Say | None = None


@dataclass(frozen=True, slots=True)
class Addressees:
    """Who is to have a formal notification: roles, and with `stakeholders` everybody the ticket and its assets name."""

    roles: tuple[Role, ...] = ()
    stakeholders: bool = False


class Timing(StrEnum):
    """When what meets a rule came, against the start of the rollout. AFTERWARDS: an emergency made it good in its
    term. UNSEEN: nothing shows on which side of the start it came, so nothing says that it was in time.
    """

    IN_TIME = "in_time"
    LATE = "late"
    AFTERWARDS = "afterwards"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Moment:
    """When the evidence of a rule came: its timing, the start of the rollout, and since when it has held (both UTC;
    None where not known), and the same in words; nothing is told of what was in time.
    """

    timing: Timing
    start: datetime | None = None
    since: datetime | None = None
    told: Say | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """The row of a norm's table by class in which a demand is written: of which dimension, and for which classes,
    such as "3" or "1-2".
    """

    dimension: Dimension
    classes: str


_AS_DEMANDED = frozenset({Verdict.MET, Verdict.PENDING, Verdict.WAIVED, Verdict.UNKNOWN})
"""Verdicts that a demand heads: it is kept, still to come, excepted, or nobody can tell. The others head a problem."""


def heads_as_demand(verdict: Verdict) -> bool:
    """Whether what has this verdict is headed by what is demanded, and not by what is wrong."""
    return verdict in _AS_DEMANDED


@dataclass(frozen=True, slots=True)
class Finding:
    """The judgement of one rule on one ticket.

    id, pack, cite  the stable requirement id, its pack, and document, version and section
    line            findings that demand the same thing share a line; `rank` orders them, strictest highest
    due             the moment (UTC) before which it must be settled, where the ticket plans one
    deadline        the moment (UTC) at which a clock of the rule's own runs out or ran out; None where none runs
    again           when (UTC) time alone next changes what it says; None where it never does
    under, waiver   of a waived finding: the verdict it would have, and the recorded exception
    also            of a waived finding where several must record one: the others; `waiver` is the one that ends first
    for_good        of a waived finding: the exception was in force when the rollout began, so that no end of it counts
    begun           of a waived finding: when (UTC) the rollout had begun before an exception was recorded, else None
    underway        what is open is being done by the bot itself: nobody is asked for it
    settle_by       of what an emergency skipped: until when (UTC) it must be made good afterwards
    notifies        whom its rule wants formally notified of the handover; None where it asks for no notification
    alone           on its line, the strictest words it alone: what it asks contains what the milder ones ask
    moment          when its evidence came; None where that makes no difference, or the rollout has not begun
    row             where in the section cited: the row of the norm's table; None where it has no such table
    problem         what is wrong, as a headline by language, for the verdict it has; empty: headed by its title
    """

    id: str
    pack: str
    title: tuple[tuple[str, str], ...]
    cite: str
    verdict: Verdict
    gate: State
    severity: Severity
    line: str
    rank: int
    because: tuple[Because, ...]
    seen: Say
    wanted: Say
    who: tuple[Actor, ...] = ()
    parts: tuple[Part, ...] = ()
    due: datetime | None = None
    under: Verdict | None = None
    waiver: Waiver | None = None
    also: tuple[Waiver, ...] = ()
    for_good: bool = False
    begun: datetime | None = None
    settle_by: datetime | None = None
    deadline: datetime | None = None
    again: datetime | None = None
    underway: bool = False
    notifies: Addressees | None = None
    alone: bool = False
    moment: Moment | None = None
    row: TableRow | None = None
    problem: tuple[tuple[str, str], ...] = ()

    def titled(self, language: str) -> str:
        """The rule's title in a language, or in English where the pack does not have it in that one."""
        return in_language(dict(self.title), language)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """All exceptions under which it stands, the one that ends first before the others; none unless it is waived."""
        return (self.waiver, *self.also) if self.waiver else ()

    @property
    def headlines(self) -> tuple[tuple[str, str], ...]:
        """By language what heads it: the problem where something is wrong, else the demand. So a reader never takes
        the one for the other.
        """
        return self.title if heads_as_demand(self.verdict) else self.problem or self.title

    def headline(self, language: str) -> str:
        """What heads it in a language, or in English where the pack does not have it in that one."""
        return in_language(dict(self.headlines), language)
