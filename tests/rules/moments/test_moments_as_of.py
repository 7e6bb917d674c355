"""Facts as they were at a moment, here 8 March at noon: what was not yet there is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, BO, DIRK, Field, approved, day, facts

from domain.facts import Child
from domain.lifecycle import State
from domain.looks import NEVER, Looks
from domain.ticket import Approval, Change, Decision, TicketKind
from rules.moments.as_of import AsOf, facts_at

THEN = day(8)
SURE, DOUBT = AsOf(THEN, benefit=False), AsOf(THEN, benefit=True)


def changed(name: str, before: str, after: str, at, since=None) -> Change:
    return Change(name, before, after, None, at, since=since)


def value(name: str, at: AsOf, looks: Looks = NEVER, **given) -> object:
    return facts_at(replace(facts(**given), looks=looks), at).field(name).value


UNREAD = {"history_readable": False}
PACKAGE = {"package": "4.2"}


@pytest.mark.parametrize(
    ("name", "given", "surely", "perhaps"),
    [
        pytest.param("package", PACKAGE, "4.2", "4.2", id="no change on record: since the ticket was made"),
        pytest.param(
            "package",
            PACKAGE | {"history": (changed("package", "4.1", "4.2", day(9)),)},
            "4.1",
            "4.1",
            id="before",
        ),
        pytest.param(
            "package",
            PACKAGE | {"history": (changed("package", "4.1", "4.2", day(7)),)},
            "4.2",
            "4.2",
            id="after",
        ),
        pytest.param(
            "package",
            PACKAGE | {"history": (changed("package", "", "4.2", THEN),)},
            "4.2",
            "4.2",
            id="equal is in time",
        ),
        pytest.param(
            "package",
            PACKAGE
            | {
                "history": (
                    changed("package", "4.0", "4.1", day(9)),
                    changed("package", "4.1", "4.2", day(10)),
                )
            },
            "4.0",
            "4.0",
            id="the first change after it tells what stood there",
        ),
        pytest.param(
            "package",
            PACKAGE | {"history": (changed("package", "tbd", "4.2", day(9)),)},
            None,
            None,
            id="a word that says nothing was nothing",
        ),
        pytest.param(
            "package",
            PACKAGE | {"history": (changed("package", "", "", day(9)),)},
            None,
            "4.2",
            id="a change of which no words are kept",
        ),
        pytest.param("package", PACKAGE | UNREAD, None, "4.2", id="no history and no look"),
        pytest.param(
            "package", PACKAGE | UNREAD | {"looks": Looks(day(7))}, "4.2", "4.2", id="there at the first look"
        ),
        pytest.param(
            "package", PACKAGE | UNREAD | {"looks": Looks(day(9))}, None, "4.2", id="first looked afterwards"
        ),
        pytest.param(
            "package",
            PACKAGE
            | UNREAD
            | {"looks": Looks(day(6), (changed("package", "", "4.2", day(8, 13), day(8, 11)),))},
            None,
            "4.2",
            id="two looks around it",
        ),
        pytest.param(
            "package",
            PACKAGE
            | UNREAD
            | {"looks": Looks(day(6), (changed("package", "", "4.2", day(8, 14), day(8, 13)),))},
            None,
            None,
            id="two looks after it",
        ),
        pytest.param(
            "environments_separated",
            {
                "environments_separated": True,
                "history": (changed("environments_separated", "no", "yes", day(9)),),
            },
            False,
            False,
            id="an answer",
        ),
        pytest.param(
            "rollout_strategy",
            {
                "rollout_strategy": "phased",
                "history": (changed("rollout_strategy", "pull", "phased", day(9)),),
            },
            "pull",
            "pull",
            id="a choice",
        ),
        pytest.param(
            "planned_end",
            {"planned_end": day(20), "history": (changed("planned_end", day(9).isoformat(), "", day(9)),)},
            day(9),
            day(9),
            id="a plan as it stood",
        ),
        pytest.param("tested_at", {"tested_at": day(9)}, None, None, id="what had not happened"),
        pytest.param("tested_at", {"tested_at": day(7)}, day(7), day(7), id="what had happened"),
        pytest.param(
            "planned_start", {"planned_start": day(9)}, day(9), day(9), id="a plan lies ahead by itself"
        ),
        pytest.param(
            "testers",
            {"testers": (BO,), "history": (changed("testers", "Dirk", "Bo", day(9)),), "builders": (DIRK,)},
            (DIRK,),
            (DIRK,),
            id="people of the ticket keep their account",
        ),
        pytest.param(
            "changes",
            {
                "kind": TicketKind.RELEASE,
                "changes": ("CHG-7",),
                "history": (changed("changes", "", "CHG-7", day(9)),),
            },
            ("CHG-7",),
            ("CHG-7",),
            id="what a release contains is judged as it is now",
        ),
        pytest.param(
            "changes",
            {
                "kind": TicketKind.INCIDENT,
                "changes": ("CHG-7",),
                "history": (changed("changes", "", "CHG-7", day(9)),),
            },
            None,
            None,
            id="to which change an incident led, as it was",
        ),
    ],
)
def test_a_field_as_it_was(name, given, surely, perhaps):
    assert (value(name, SURE, **given), value(name, DOUBT, **given)) == (surely, perhaps)


ASKED = Approval(AN, Decision.REQUESTED, None)


@pytest.mark.parametrize(
    ("record", "surely", "perhaps"),
    [
        (approved(AN, day(7)), [Decision.APPROVED], [Decision.APPROVED]),
        (approved(AN, day(8)), [Decision.APPROVED], [Decision.APPROVED]),
        (approved(AN, day(9)), [], []),
        (replace(approved(AN, day(9)), asked_at=day(7)), [Decision.REQUESTED], [Decision.REQUESTED]),
        (replace(approved(AN, day(9)), asked_at=day(9)), [], []),
        (approved(AN), [], [Decision.APPROVED]),
        (ASKED, [Decision.REQUESTED], [Decision.REQUESTED]),
    ],
    ids=["before", "equal", "after", "asked before", "asked after", "undated", "asked, undated"],
)
def test_an_approval_as_it_was(record, surely, perhaps):
    given = facts(approvals=(record,))
    found = [[one.decision for one in facts_at(given, at).ticket.approvals] for at in (SURE, DOUBT)]
    assert found == [surely, perhaps]


@pytest.mark.parametrize(
    ("state", "history", "then"),
    [
        (State.REVIEW, (), State.REVIEW),
        (State.REVIEW, (changed("state", "scheduled", "review", day(9)),), State.SCHEDULED),
        (State.REVIEW, (changed("state", "", "review", day(9)),), State.REVIEW),
        (State.CANCELED, (changed("state", "scheduled", "canceled", day(9)),), State.CANCELED),
    ],
    ids=["unchanged", "moved", "from a state that is not known", "canceled whenever that was"],
)
def test_a_state_as_it_was(state, history, then):
    assert facts_at(facts(state=state, history=history), SURE).ticket.state is then


def test_a_change_in_a_release_as_it_was():
    own = facts(package="7.1", history=(changed("package", "7.0", "7.1", day(9)),)).ticket
    given = facts(kind=TicketKind.RELEASE, children=(Child("CHG-7", own), Child("CHG-8", None)))
    seen = [child.ticket and child.ticket.field("package").value for child in facts_at(given, SURE).children]
    assert seen == ["7.0", None]


def test_a_standard_change_by_its_template_as_it_was():
    given = facts()
    of_later = replace(given, ticket=replace(given.ticket, preapproval=Field("Renew certificate", at=day(9))))
    assert facts_at(of_later, DOUBT).ticket.preapproval == Field()
