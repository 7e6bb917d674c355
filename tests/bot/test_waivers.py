"""Who may record a waiver, what it must say, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, CI, ELS, FAY, HIDDEN, complete, facts, members

from bot.messages.i18n.speaker import Translator
from bot.policy.waiver_terms import WaiverTerms
from bot.waivers import WaiverRefused, WaiverRequest, still_open, waiver
from domain.people import Person, Role
from domain.ticket import TicketKind
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
SPEAK = Translator("en", ZoneInfo("Europe/Brussels"))
GONE, TWIN = Person("gone", "Gerda", active=False), Person("an-2", "An")
HELD = {Role.CAB: members(AN, BO, GONE), Role.DPO: members(CI, AN), Role.OPERATIONS: members(FAY)}
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TERMS = WaiverTerms()
REASON = "Lessons follow after the summer"


def ask(
    roles=HELD,
    terms: WaiverTerms = TERMS,
    rules=("ICR-13",),
    reason=REASON,
    until=date(2026, 3, 31),
    who="Bo",
    **ticket: object,
):
    facts = complete(lessons_learned=None, roles=roles, now=NOW, **ticket)
    return waiver(facts, PACKS, WaiverRequest(rules, reason, until, who), terms, SPEAK)


@pytest.mark.parametrize(
    ("who", "terms", "by", "role"),
    [
        ("Bo", TERMS, "Bo", Role.CAB),
        (" bo ", TERMS, "Bo", Role.CAB),
        ("ci", TERMS, "Ci", Role.DPO),
        ("An", TERMS, "An", Role.CAB),
        ("An", WaiverTerms(waiver_roles=(Role.DPO, Role.CAB)), "An", Role.DPO),
        ("Fay", WaiverTerms(waiver_roles=(Role.OPERATIONS,)), "Fay", Role.OPERATIONS),
    ],
)
def test_a_waiver_is_by_a_person_in_a_role(who, terms, by, role) -> None:
    made = ask(who=who, terms=terms)
    assert (made.by, made.role, made.ticket, made.rules) == (by, role, "jira:1", ("ICR-13",))


def test_a_duty_that_cannot_be_read_is_held_against_nobody() -> None:
    assert ask(requester=HIDDEN, builders=HIDDEN).by == "Bo"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"who": "Dirk"},
            "Dirk may not record or end a waiver; these may: An (CAB), Bo (CAB), Ci (DPO), An (DPO)",
        ),
        ({"who": "Gerda"}, "Gerda may not record or end a waiver; these may: An (CAB)"),
        ({"who": "An B"}, "An B may not record or end a waiver"),
        ({"roles": {}}, "nobody may record or end a waiver yet: name the groups with ROLES__CAB, ROLES__DPO"),
        (
            {"roles": {Role.CAB: members(AN, TWIN)}, "who": "An"},
            "An is the name of several people; give the account",
        ),
        ({"requester": (BO,)}, "Bo requested CHG-1; a waiver of it is for somebody else to record"),
        ({"implementer": (AN, BO)}, "Bo carries out CHG-1; a waiver of it is for somebody else"),
        ({"builders": (BO,)}, "Bo built CHG-1; a waiver of it is for somebody else to record"),
        ({"requester": (ELS,), "same_person": {"bo": "bo", "els": "bo"}}, "Bo requested CHG-1;"),
        ({"reason": " "}, "--reason must say why"),
        ({"reason": "n.v.t."}, "--reason must say why"),
        ({"reason": "nog in te vullen"}, "--reason must say why"),
        ({"reason": "xxxxxxxxxxxxxxx"}, "--reason must say why"),
        ({"reason": "long " * 80}, "--reason may be 300 characters long"),
        ({"until": date(2026, 3, 9)}, "--until 2026-03-09 is over; give a day from 2026-03-10 to 2026-06-08"),
        ({"until": date(2026, 6, 9)}, "--until 2026-06-09 is too far away; 2026-06-08 at the latest"),
        ({"rules": ("ICR-13", "ICR-40")}, "ICR-40 is not asked of CHG-1: "),
        ({"rules": ("ICR-131",)}, 'unknown rule "ICR-131"'),
    ],
)
def test_what_is_refused_and_why_in_one_line(given, told) -> None:
    with pytest.raises(WaiverRefused) as refused:
        ask(**given)
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (date(2026, 3, 10), datetime(2026, 3, 10, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # summer time begins that night
        (date(2026, 6, 8), datetime(2026, 6, 8, 22, tzinfo=UTC)),
    ],
)
def test_it_runs_to_the_end_of_the_day_on_the_wall(until, end) -> None:
    made = ask(until=until)
    assert (made.recorded_at, made.until.astimezone(UTC)) == (NOW, end)
    assert made.in_force("ICR-13", NOW)


def test_what_else_demands_the_same_is_known() -> None:
    facts = complete(approvals=(), now=NOW)
    made = waiver(facts, PACKS, WaiverRequest(("ICR-17",), REASON, date(2026, 3, 31), "Bo"), TERMS, SPEAK)
    assert still_open(facts, PACKS, made) == ("ICR-11", "ICR-18", "ICR-32", "ICR-35")


@pytest.mark.parametrize(
    ("severity", "told"),
    [
        ("light", None),
        ("high", "DAP-5 on CHG-1: It may only be waived where Incident severity says light."),
        ("very_high", "DAP-5 on CHG-1: It may only be waived where Incident severity says light."),
    ],
)
def test_what_the_norm_lets_be_waived_on_a_condition_only(severity, told) -> None:
    packs = load_packs(["keten-dap"])
    given = facts(kind=TicketKind.INCIDENT, incident_severity=severity, roles=HELD, now=NOW)
    asked = WaiverRequest(("DAP-5",), REASON, date(2026, 3, 31), "Bo")
    if told is None:
        assert waiver(given, packs, asked, TERMS, SPEAK).rules == ("DAP-5",)
        return
    with pytest.raises(WaiverRefused) as caught:
        waiver(given, packs, asked, TERMS, SPEAK)
    assert str(caught.value) == told
