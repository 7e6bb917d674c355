"""Work notes in whole runs: only on news, refused by a policy, and never taken for a change of the ticket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import request

from bot import bootstrap
from bot.context import Context
from bot.cycle.cycle import cycle
from bot.settings.load import load_settings
from sandbox.server import Received
from sandbox.slack.state import Message
from sandbox.town import Town

POLICY = "Backout plan is mandatory"
REFUSAL = f"the ticket itself takes no note ({POLICY})"

Connect = Callable[..., Context]


@pytest.fixture
def connect(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """A context to run cycles with, ServiceNow alone, as `serve` keeps it between them; `env` overrides settings."""
    made: list[Context] = []

    def build(**env: str) -> Context:
        given = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "JIRA_URL": ""} | env
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        made.append(bootstrap.build(load_settings()))
        return made[-1]

    yield build
    for ctx in made:
        ctx.journal.close()


def later(ctx: Context, **span: float) -> Context:
    return replace(ctx, clock=lambda: bootstrap.now() + timedelta(**span))


def asked(town: Town, of: str = "servicenow") -> list[Received]:
    """What was asked since the last time this was asked."""
    log = town.servers[of].asked
    found = list(log)
    log.clear()
    return found


def reads(log: list[Received]) -> list[str]:
    """Requests for changes in full, one or several at once."""
    return [a.path for a in log if "/change_request" in a.path and "short_description" in a.query]


def patches(log: list[Received]) -> list[dict[str, str]]:
    return [json.loads(a.body) for a in log if a.method != "GET"]


def card(town: Town) -> Message:
    number = town.servicenow.row("change_request", town.payment)["number"]
    (only,) = [m for m in town.slack.messages(town.channels["changes"]) if m.text.startswith(f"{number} ·")]
    return only


def test_a_cycle_after_our_own_note_reads_no_ticket_and_writes_nothing(town: Town, connect: Connect) -> None:
    ctx = connect()
    assert cycle(ctx).writes > 0
    assert reads(asked(town))
    before = town.servicenow.row("change_request", town.payment)
    assert before["sys_updated_by"] == "sluis.integration", "the note moved counter and stamp"
    asked(town)
    assert cycle(ctx).writes == 0
    log = asked(town)
    assert (reads(log), patches(log)) == ([], [])


@pytest.mark.parametrize("by", ["tom.willems", "sluis.integration"])
def test_a_change_after_our_own_note_is_read_whoever_made_it(town: Town, connect: Connect, by: str) -> None:
    ctx = connect()
    cycle(ctx)
    town.servicenow.set("change_request", town.payment, by, u_rollout_strategy="phased")
    asked(town)
    cycle(ctx)
    log = asked(town)
    assert reads(log)
    assert len(patches(log)) == 1
    asked(town)
    cycle(ctx)
    assert reads(asked(town)) == []


def test_a_change_just_before_our_own_note_is_not_taken_for_it(town: Town, connect: Connect) -> None:
    """The counter then moved twice: what was judged is not what the note met."""

    def meanwhile() -> None:
        if request.method == "PATCH":
            town.servicenow.set("change_request", town.payment, "tom.willems", u_rollout_strategy="phased")

    town.servicenow.app.before_request(meanwhile)
    ctx = connect()
    cycle(ctx)
    asked(town)
    cycle(ctx)
    assert reads(asked(town))


def test_the_columns_given_for_it_are_overwritten_with_the_note(town: Town, connect: Connect) -> None:
    """Option B: the form shows how the ticket stands now, and the journal grows only with news (option A)."""
    columns = {
        "SERVICENOW_STATUS_COLUMN": "u_compliance_status",
        "SERVICENOW_FINDINGS_COLUMN": "u_compliance_findings",
    }
    ctx = connect(**columns)
    cycle(ctx)
    town.servicenow.set("change_request", town.payment, short_description="Another title")
    cycle(ctx)
    town.choose_phased()
    cycle(ctx)
    first, second = town.servicenow.notes(town.payment)
    row = town.servicenow.row("change_request", town.payment)
    assert "Takes the place of the note of" in second and "Takes the place of" not in first
    assert row["u_compliance_status"] == second.splitlines()[0].strip()
    assert row["u_compliance_findings"] in second
    assert {frozenset(body) for body in patches(asked(town))} == {
        frozenset({"work_notes", "u_compliance_status", "u_compliance_findings"})
    }


def test_a_conflict_in_the_planning_stands_on_the_card_and_makes_no_note_of_its_own(
    town: Town, connect: Connect
) -> None:
    ctx = connect()
    cycle(ctx)
    freeze = town.servicenow.add_schedule("Year end")
    town.servicenow.check_conflicts(town.payment, {"type": "blackout", "schedule": freeze})
    cycle(ctx)
    assert "The planning is in conflict with a blackout (Year end); checked on" in card(town).text
    assert len(town.servicenow.notes(town.payment)) == 1
    verdicts = ctx.journal.previous("servicenow", f"change_request:{town.payment}")
    town.servicenow.set("change_request", town.payment, "system", conflict_status="No Conflict")
    cycle(ctx)
    assert "conflict" not in card(town).text
    assert ctx.journal.previous("servicenow", f"change_request:{town.payment}") == verdicts, (
        "it judges nothing"
    )


def test_a_policy_that_refuses_the_note_is_told_once_and_never_worked_round(
    town: Town, connect: Connect
) -> None:
    town.servicenow.set("change_request", town.payment, backout_plan="")
    town.servicenow.access.mandatory["backout_plan"] = POLICY
    ctx = connect()
    report = cycle(ctx)
    (problem,) = report.problems
    assert POLICY in problem and "exempt it from the data policy" in problem
    assert REFUSAL in card(town).text
    assert "Rollout strategy says pull" in card(town).text, "the card carries what the note would have said"
    assert [set(body) for body in patches(asked(town))] == [{"work_notes"}]

    asked(town, "slack")
    for minutes in (1, 7, 20):  # not yet; tried again; tried once more
        cycle(later(ctx, minutes=minutes))
    assert [set(body) for body in patches(asked(town))] == [{"work_notes"}] * 2
    assert not [a for a in asked(town, "slack") if a.path.endswith(("chat.postMessage", "chat.update"))]

    town.servicenow.set("change_request", town.payment, backout_plan="Put the former version back")
    assert cycle(later(ctx, minutes=50)).problems == []
    assert "Rollout strategy says pull" in town.servicenow.notes(town.payment)[-1]
    assert "takes no note" not in card(town).text
