"""Who may record a waiver, what it must say, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, CI, DIRK, ELS, FAY, GUS, HIDDEN, complete, english, facts, members, subject, ticket

from bot.messages.i18n.speaker import Translator
from bot.policy.waiver_terms import WaiverTerms
from bot.waivers import WaiverRefused, WaiverRequest, awaited, still_open, waivable_by, waiver
from domain.asset import Flag
from domain.facts import Child, Facts
from domain.fields import Field
from domain.people import Person, Role
from domain.ticket import TicketKind
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
SPEAK = Translator("en", ZoneInfo("Europe/Brussels"))
GONE, TWIN = Person("gone", "Gerda", active=False), Person("an-2", "An")
MAIL = replace(BO, email="bo@example.org")
HELD = {
    Role.CAB: members(AN, MAIL, GONE),
    Role.DPO: members(CI, AN),
    Role.OPERATIONS: members(FAY),
    Role.CHANGE_MANAGER: members(GUS, AN),
}
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TERMS = WaiverTerms()
PART = replace(ticket(fields={"builders": Field((BO,))}), key="CHG-7")
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
    facts = complete(**{"lessons_learned": None, "roles": roles, "now": NOW} | ticket)
    return waiver(facts, PACKS, WaiverRequest(rules, reason, until, who), terms, SPEAK)


@pytest.mark.parametrize(
    ("who", "terms", "by", "role"),
    [
        ("Bo", TERMS, "Bo", Role.CAB),
        (" bo ", TERMS, "Bo", Role.CAB),
        ("BO@example.org", TERMS, "Bo", Role.CAB),
        ("An", TERMS, "An", Role.CAB),
        ("Gus", TERMS, "Gus", Role.CHANGE_MANAGER),
        ("An", WaiverTerms(waiver_roles=(Role.CHANGE_MANAGER, Role.CAB)), "An", Role.CHANGE_MANAGER),
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
            "Dirk may not record a waiver of ICR-13; these may: An (CAB), Bo (CAB), Gus (change manager), An (change m",
        ),
        ({"who": "Gerda"}, "Gerda may not record a waiver of ICR-13; these may: An (CAB)"),
        ({"who": "An B"}, "An B may not record a waiver of ICR-13"),
        # No setting lets in a role that the rule does not name.
        (
            {"who": "Fay", "terms": WaiverTerms(waiver_roles=(Role.OPERATIONS,))},
            "nobody may record a waiver of ICR-13: SLUIS_WAIVER_ROLES leaves out cab, change_manager",
        ),
        (
            {"who": "Bo", "terms": WaiverTerms(waiver_roles=(Role.CHANGE_MANAGER,))},
            "Bo may not record a waiver of ICR-13; these may: Gus (change manager), An (change manager)",
        ),
        (
            {"roles": {}},
            "nobody may record a waiver of ICR-13 yet: name the groups with ROLES__CAB, ROLES__CHANGE",
        ),
        (
            {"roles": {Role.CAB: members(AN, TWIN)}, "who": "An"},
            "An is the name of several people; give the account",
        ),
        ({"requester": (BO,)}, "Bo requested CHG-1; a waiver of it is for somebody else to record"),
        ({"implementer": (AN, BO)}, "Bo carries out CHG-1; a waiver of it is for somebody else"),
        ({"builders": (BO,)}, "Bo built CHG-1; a waiver of it is for somebody else to record"),
        ({"testers": (BO,)}, "Bo tested CHG-1; a waiver of it is for somebody else to record"),
        (
            {"kind": TicketKind.RELEASE, "children": (Child("CHG-7", PART),)},
            "Bo built CHG-7; a waiver of it is for somebody else to record",
        ),
        ({"lessons_learned": "see wiki"}, "ICR-13 on CHG-1: in order, so there is nothing to waive"),
        ({"lessons_learned": HIDDEN}, "ICR-13 on CHG-1: cannot be seen, so there is nothing to waive"),
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
    made = waiver(facts, PACKS, WaiverRequest(("ICR-17",), REASON, date(2026, 3, 31), "Ci"), TERMS, SPEAK)
    assert still_open(facts, PACKS, made) == ("ICR-11", "ICR-18", "ICR-32", "ICR-35")
    assert awaited(facts, PACKS, made) == ()


@pytest.mark.parametrize(
    ("severity", "told"),
    [
        ("light", None),
        (
            "high",
            "DAP-5 on CHG-1: It may only be waived where Incident severity says light, unless Complaint says yes.",
        ),
        (
            "very_high",
            "DAP-5 on CHG-1: It may only be waived where Incident severity says light, unless Complaint says yes.",
        ),
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


OWNED = subject("Shop", c=5, flags=(Flag.GDPR,), owner=(FAY,))
UNTIL = date(2026, 3, 31)


def forbidden(*made: Waiver, **more: object) -> Facts:
    """Production data in the tests at class 5, of an asset with personal data that Fay owns; An holds most roles."""
    given = complete(**{"test_data": "production", "roles": HELD, "now": NOW, "subjects": (OWNED,)} | more)
    return replace(given, waivers=made)


def recorded(given: Facts, who: str, *rules: str, terms: WaiverTerms = TERMS) -> Waiver:
    return waiver(given, PACKS, WaiverRequest(rules or ("ICR-16",), REASON, UNTIL, who), terms, SPEAK)


def refused(given: Facts, who: str, *rules: str, terms: WaiverTerms = TERMS) -> str:
    with pytest.raises(WaiverRefused) as caught:
        recorded(given, who, *rules, terms=terms)
    return str(caught.value)


def test_where_two_must_each_records_one():
    first = recorded(forbidden(), "Fay")
    assert (first.by, first.role, first.account) == ("Fay", Role.OWNER, "fay")
    (told,) = awaited(forbidden(), PACKS, first)
    assert english(told) == "ICR-16 stays open until an exception is recorded by the DPO too."
    second = recorded(forbidden(first), "Ci")
    assert second.role is Role.DPO
    assert awaited(forbidden(first), PACKS, second) == ()
    (found,) = (f for f in evaluate(forbidden(first, second), PACKS) if f.id == "ICR-16")
    assert (found.verdict.value, set(found.waivers)) == ("waived", {first, second})


BOTH = {"roles": HELD | {Role.DPO: members(FAY)}}


@pytest.mark.parametrize(
    ("more", "made", "who", "told"),
    [
        (
            {},
            ("Fay",),
            "Fay",
            "ICR-16 is under an exception by Fay (application owner) already, until Tue 31 Mar 2026",
        ),
        ({}, ("Ci",), "An", "ICR-16 is under an exception by Ci (DPO) already, until Tue 31 Mar 2026"),
        ({}, ("Fay", "Ci"), "Ci", "ICR-16 is under an exception by Ci (DPO) already, until Tue 31 Mar 2026"),
        ({}, ("Ci",), "Fay", None),
        # One person in both roles records one in each, and then no more.
        (BOTH, ("Fay",), "Fay", None),
        (BOTH, ("Fay", "Fay"), "Fay", "ICR-16 is under an exception by Fay (application owner) already"),
    ],
)
def test_not_twice_in_one_role(more, made, who, told):
    given = forbidden(**more)
    for name in made:
        given = replace(given, waivers=(*given.waivers, recorded(given, name)))
    if told is None:
        assert recorded(given, who).by == who
    else:
        assert refused(given, who).startswith(told)
        assert refused(given, who).endswith("; end that one first")


def test_one_that_has_ended_is_no_obstacle():
    over = replace(recorded(forbidden(), "Ci"), until=NOW)
    assert recorded(forbidden(over), "Ci").role is Role.DPO


@pytest.mark.parametrize(
    ("who", "rules", "told"),
    [
        (
            "Bo",
            ("ICR-16",),
            "Bo may not record a waiver of ICR-16; these may: Ci (DPO), An (DPO), Fay (application owner)",
        ),
        ("Ci", ("ICR-16", "ICR-13"), "Ci may not record a waiver of ICR-13; these may: An (CAB)"),
        ("An", ("ICR-16", "ICR-13"), "An waives these in different roles; record them one by one"),
        ("An", ("ICR-16", "ICR-19"), None),
    ],
)
def test_one_waiver_is_in_one_role(who, rules, told):
    given = forbidden(lessons_learned=None, notices=())
    if told is None:
        assert recorded(given, who, *rules).role is Role.DPO
    else:
        assert refused(given, who, *rules).startswith(told)


def test_without_an_owner_it_is_told_who_is_lacking():
    given = forbidden(application_owner=None, subjects=(subject(c=5),), roles={})
    assert refused(given, "Fay") == (
        "nobody may record a waiver of ICR-16: no application owner is known, neither of the asset nor in the ticket"
    )


def test_what_nobody_may_waive():
    packs = load_packs(["keten-dap"])
    given = facts(kind=TicketKind.INCIDENT, data_breach="yes", roles=HELD, now=NOW)
    with pytest.raises(WaiverRefused) as caught:
        waiver(given, packs, WaiverRequest(("DAP-6",), REASON, UNTIL, "Bo"), TERMS, SPEAK)
    assert str(caught.value) == "nobody may waive DAP-6, whatever the reason"


@pytest.mark.parametrize(
    ("who", "offered", "told"),
    [
        ("bo", ("ICR-13",), None),
        ("fay", ("ICR-16",), None),
        ("ci", ("ICR-16", "ICR-19"), None),
        ("an", ("ICR-13", "ICR-16", "ICR-19"), None),
        ("els", (), "els may not record a waiver; these may: An (CAB), Bo (CAB)"),
        ("dirk", (), "dirk may not record a waiver"),
    ],
)
def test_a_form_offers_what_somebody_may_waive(who, offered, told):
    given = forbidden(lessons_learned=None, notices=())
    findings = [f for f in evaluate(given, PACKS) if f.id in ("ICR-13", "ICR-16", "ICR-19", "ICR-09")]
    if told is None:
        assert tuple(f.id for f in waivable_by(given, PACKS, findings, who, TERMS, SPEAK)) == offered
        return
    with pytest.raises(WaiverRefused) as caught:
        waivable_by(given, PACKS, findings, who, TERMS, SPEAK)
    assert str(caught.value).startswith(told)


def test_who_makes_it_is_told_so_before_the_form_opens():
    given = forbidden(requester=(CI,), builders=(DIRK,))
    with pytest.raises(WaiverRefused) as caught:
        waivable_by(given, PACKS, evaluate(given, PACKS), "ci", TERMS, SPEAK)
    assert str(caught.value).startswith("Ci requested CHG-1")
