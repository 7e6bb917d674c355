"""Brief ways to make facts, and to say an outcome in plain words, so that tests read as tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.messages.i18n.speaker import ROLE_NAMES
from domain.asset import Asset, Because, Flag, Subject
from domain.facts import Facts, Notice
from domain.fields import FIELDS, UNREADABLE, Field, Kind
from domain.finding import Actor
from domain.lifecycle import State
from domain.people import Group, Holder, Person, Role, RoleMembers
from domain.sentence import Either, Quote, Say
from domain.ticket import Approval, Decision, Ticket, TicketKind
from rules.check_api import CheckInput
from rules.checks import CHECKS
from rules.outcome import Outcome

AN, BO, CI, DIRK, ELS, FAY, GUS = (
    Person(n.lower(), n) for n in ("An", "Bo", "Ci", "Dirk", "Els", "Fay", "Gus")
)
TEAM = Group("g-web", "Web team")
CAB, DPOS = Group("g-cab", "CAB"), Group("g-dpo", "Privacy")
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HIDDEN = UNREADABLE
EMPTY = Field()


def day(number: int, hour: int = 12) -> datetime:
    """A moment in March 2026."""
    return datetime(2026, 3, number, hour, 0, tzinfo=UTC)


_OWN = ("owner", "stakeholders", "service_hours", "maintenance_windows", "supplier")


def subject(name: str = "Website", c: int = 2, i: int = 2, a: int = 2, **more: Any) -> Subject:
    """An asset as judged; `flags` and the attributes of the asset itself by name."""
    own = {k: more.pop(k) for k in _OWN if k in more}
    values = {k: v if isinstance(v, Field) else Field(v) for k, v in own.items()}
    updated = more.pop("updated_at", None)
    there = dict.fromkeys(("owner", "stakeholders", "supplier"), EMPTY)
    asset = Asset("cmdb", name, name, updated_at=updated, **there | values)
    flags = {flag.value: True for flag in more.pop("flags", ())}
    return Subject(name, c, i, a, **{"asset": asset} | flags | more)


def approved(person: Person | None, at: datetime | None = None, group: Group | None = None) -> Approval:
    return Approval(person, Decision.APPROVED, at, group)


def rejected(person: Person | None, at: datetime | None = None, group: Group | None = None) -> Approval:
    return Approval(person, Decision.REJECTED, at, group)


def ticket(state: State = State.IMPLEMENT, fields: dict[str, Field] | None = None, **more: Any) -> Ticket:
    base: dict[str, Any] = {
        "source": "jira",
        "id": "1",
        "key": "CHG-1",
        "url": "",
        "kind": TicketKind.CHANGE,
        "status": "",
        "summary": "",
        "created": day(1),
        "updated": day(1),
        "history_readable": True,
    }
    return Ticket(**base | {"state": state, "fields": fields or {}} | more)


_TICKET = (
    *("state", "created", "approvals", "approvals_readable", "assets_readable", "kind"),
    *("history", "history_readable", "set_aside"),
)
_FACTS = (
    *("subjects", "roles", "notices", "underway", "service_hours", "problems", "now"),
    *("children", "children_readable", "declarations", "same_person", "material", "looks"),
)


def facts(**given: Any) -> Facts:
    """Facts with every field readable and empty, but for those given by name (a value, or a Field)."""
    own = {k: given.pop(k) for k in _TICKET if k in given}
    rest = {k: given.pop(k) for k in _FACTS if k in given}
    fields = dict.fromkeys(FIELDS, EMPTY)
    fields |= {name: v if isinstance(v, Field) else Field(v) for name, v in given.items()}
    assert fields.keys() == FIELDS.keys()
    return Facts(ticket(fields=fields, **own), **{"subjects": (subject(),), "now": NOW} | rest)


def members(*people: Person, group: Group | None = None, **more: Any) -> RoleMembers:
    return RoleMembers(people, (group,) if group else (), **more)


ROLES = {Role.CAB: members(AN, BO, group=CAB), Role.DPO: members(CI, group=DPOS)}


def complete(**given: Any) -> Facts:
    """A ticket of the highest classes with everything there that they ask for, but for what is given."""
    filled = {name: "see wiki" for name, spec in FIELDS.items() if spec.kind is Kind.TEXT}
    fields = {
        "release_size": "major",
        "rollout_strategy": "phased",
        "requester": (ELS,),
        "implementer": (DIRK,),
        "builders": (DIRK,),
        "responsible_group": (TEAM,),
        "application_owner": (AN,),
        "actual_start": day(8),
        "actual_end": day(9),
        "result": "successful",
        "test_plan_fixed_at": day(2),
        "test_result": "passed",
        "acceptance_result": "accepted",
        "test_validated_by": (FAY, GUS),
        "test_validated_at": day(4),
        "environments_separated": True,
        "environments_like_production": True,
        "test_data": "synthetic",
        "tested_in_production": False,
        "handed_over_to": (TEAM,),
        "handed_over_at": day(9),
        "stakeholders": (BO, TEAM),
        "post_verification": Field("see wiki", at=day(9, 13)),
    }
    rest = {
        "state": State.CLOSED,
        "subjects": (subject(c=5, i=5, a=5, flags=tuple(Flag), updated_at=day(9, 13)),),
        "roles": ROLES,
        "approvals": (approved(AN, day(5)), approved(CI, day(6), DPOS)),
        "notices": (Notice(1, day(9), ("Bo", "Web team"), (Role.OPERATIONS, Role.DPO)),),
        "service_hours": {TEAM.name: "24x7"},
    }
    return facts(**filled | fields | rest | given)


def run(name: str, given: Facts, because: Iterable[Because] = (), **params: Any) -> Outcome:
    """Judge by one check, for all subjects of the facts."""
    check = CHECKS[name]
    return check.run(given, CheckInput(check.params.model_validate(params), tuple(because), given.subjects))


def unplaced(problems: Iterable[str]) -> list[str]:
    """Problems with a file, without the line on which each stands."""
    return [re.sub(r"^([^\s:]+\.yaml): line \d+: ", r"\1: ", problem) for problem in problems]


class Told(NamedTuple):
    """An outcome in plain words: who by name, parts as (name, met)."""

    result: str
    seen: str
    wanted: str
    who: tuple[str, ...]
    parts: tuple[tuple[str, bool | None], ...]


def told(outcome: Outcome) -> Told:
    parts = tuple((english(part.name), part.met) for part in outcome.parts)
    who = tuple(actor_name(actor) for actor in outcome.who)
    return Told(outcome.result.value, english(outcome.seen), english(outcome.wanted), who, parts)


def actor_name(actor: Actor) -> str:
    return actor.value if isinstance(actor, Role) else actor.name


def english(value: object) -> str:
    """A sentence as English text; fails on a place without its argument."""
    match value:
        case Say(msgid, args):
            return msgid.format(**{name: english(arg) for name, arg in args})
        case Quote(text):
            return f"'{text}'"
        case Person(name=name):
            return name
        case Holder(person, role):
            return f"{person.name} ({ROLE_NAMES[role].msgid})"
        case datetime():
            return value.strftime("%d/%m %H:%M")
        case timedelta():
            return f"{value // timedelta(hours=1)} h"
        case Either(items):
            return ", ".join(english(item) for item in items)
        case tuple():
            return ", ".join(english(item) for item in value)
        case int() | str():
            return str(value)
    raise AssertionError(f"nobody can say {value!r}")


FLAG_SETS = tuple(frozenset(s) for s in ((), (Flag.GDPR,), (Flag.KSZ,), (Flag.NIS2,), tuple(Flag)))
