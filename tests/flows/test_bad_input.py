"""What people and systems get wrong: each gets a clear verdict or a one-line error, and nobody else suffers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from test_story import card, comments, text

from bot.report import Report
from sandbox.server import Fault, How
from sandbox.town import Town

Sync = Callable[..., Report]


def past_doubt() -> datetime:
    """When a write whose end is not known has been carried out, if ever."""
    return datetime.now(UTC) + timedelta(minutes=16)


def register(town: Town, old: str, new: str) -> None:
    file = town.folder / "assets.csv"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("Citizen register,,4,3", "Citizen register has no class for confidentiality; judged as class 5."),
        (
            "Citizen register,hoog?,4,3",
            "Citizen register: confidentiality says “hoog?”, which is no class from 1 to 5",
        ),
        (
            "Citizen register,7,4,3",
            "Citizen register: confidentiality says “7”, which is no class from 1 to 5",
        ),
        ("Somebody else's,5,4,3", "Citizen register is in none of the registers."),
    ],
)
def test_an_asset_without_a_usable_class_is_a_finding_and_judged_by_default(
    town: Town, sync: Sync, new, told
) -> None:
    register(town, "Citizen register,5,4,3", new)
    assert sync().exit_code == 0
    said = text(town, town.change)
    assert told in said
    assert "[ICR-00]" in said


def test_a_servicenow_item_with_a_rubbish_class_is_a_finding(town: Town, sync: Sync) -> None:
    item = town.servicenow.row("change_request", town.payment)["cmdb_ci"]
    town.servicenow.set("cmdb_ci_service", item, u_confidentiality="hoog?")
    sync()
    assert "Payment service: confidentiality says “hoog?”" in town.servicenow.notes(town.payment)[0]


def test_a_ticket_without_an_asset_is_a_finding_and_judged_by_what_it_states(town: Town, sync: Sync) -> None:
    town.jira.set_field(town.change, "Affected services", [], "Tom Willems")
    sync()
    said = text(town, town.change)
    assert "The ticket names no asset." in said
    assert "Class C5 I4 A3" in said, "never below what the ticket itself states"


def test_an_unmapped_field_is_unknown_and_never_nags_the_team(town: Town, sync: Sync) -> None:
    field = town.jira.field_id("Test data")
    del town.jira.fields[field]
    report = sync()
    assert report.rules["ICR-16"] == {"unknown": 1}
    said = text(town, town.change)
    assert "production data" not in said
    assert "1 point could not be looked at; that is for the administrator" in said
    assert "Ready" not in said


def test_a_dead_source_is_told_and_the_other_is_served(town: Town, sync: Sync) -> None:
    town.servers["servicenow"].fail(Fault(How.ANSWER, times=10**6, status=503))
    report = sync()
    assert report.exit_code == 1
    assert not report.sources["servicenow"].complete
    assert any(p.startswith("servicenow:") for p in report.problems)
    assert len(comments(town, town.change)) == 1


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_wrong_token_that_answers_200_with_nothing_closes_nothing(
    town: Town, sync: Sync, rounds: int
) -> None:
    sync()
    before = text(town, town.change)
    for _ in range(rounds):
        report = sync(JIRA_API_TOKEN="expired", full=rounds == 2)
        assert report.exit_code == 1
        assert not report.sources["jira"].complete
        assert any("jira:" in p and "token" in p.lower() for p in report.problems), report.problems
    assert report.sources["servicenow"].complete
    assert text(town, town.change) == before
    town.replace_test_data()
    sync(JIRA_API_TOKEN=town.env()["JIRA_API_TOKEN"])
    assert text(town, town.change) != before, "nothing was skipped in the meantime"


@pytest.mark.smoke
def test_one_broken_ticket_does_not_stop_the_rest_and_is_tried_again(town: Town, sync: Sync) -> None:
    broken = town.jira.issues[town.change].id
    town.servers["jira"].fail(
        Fault(How.ANSWER, path=f"/issue/({broken}|bulkfetch)", times=2, status=200, body="<html>oops</html>")
    )
    report = sync()
    assert (report.sources["jira"].failed, report.exit_code) == (1, 1)
    assert comments(town, town.change) == []
    card(town, "team-citizens", town.release)
    assert sync().exit_code == 0
    assert len(comments(town, town.change)) == 1


def test_a_comment_whose_answer_was_lost_is_found_again_not_repeated(town: Town, sync: Sync) -> None:
    town.servers["jira"].fail(Fault(How.DROP_AFTER, path="/comment$", method="POST"))
    report = sync()
    assert len(comments(town, town.change)) == 1
    assert report.delivered["adopted"] == 1


def test_a_note_and_a_card_whose_answers_were_lost_are_not_repeated(town: Town, sync: Sync) -> None:
    town.servers["servicenow"].fail(Fault(How.DROP_AFTER, path="change_request", method="PATCH"))
    town.servers["slack"].fail(Fault(How.DROP_AFTER, path="chat.postMessage", method="POST"))
    sync()
    sync()
    assert len(town.servicenow.notes(town.payment)) == 1
    card(town, "team-citizens", town.change)


def test_a_journal_that_was_lost_does_not_double_comments(town: Town, sync: Sync) -> None:
    sync()
    for file in town.folder.glob("sluis.db*"):
        file.unlink()
    sync()
    assert len(comments(town, town.change)) == 1


@pytest.mark.smoke
def test_nasty_text_from_a_ticket_stays_text(town: Town, sync: Sync) -> None:
    nasty = "<!channel> <@U1> [~admin] {code} [code]<b>x</b>[/code] *b* |https://evil.example| @here"
    town.jira.set_field(town.change, "summary", nasty, "Tom Willems")
    register(town, "Citizen register", nasty.replace(",", " "))
    town.jira.set_field(town.change, "Affected services", [nasty], "Tom Willems")
    sync()
    (comment,) = comments(town, town.change)
    nodes = json.dumps(comment.body)
    assert '"mention"' not in nodes and '"link"' not in nodes and "inlineCard" not in nodes
    shown = next(m for m in town.slack.messages(town.channels["team-citizens"]) if town.change in m.text)
    assert "<!channel>" not in shown.text and "<@U1>" not in shown.text
    assert "&lt;!channel&gt;" in shown.text


def test_a_very_long_text_is_cut_not_refused(town: Town, sync: Sync) -> None:
    town.jira.set_field(town.change, "summary", "Adres " * 7000, "Tom Willems")
    assert sync().exit_code == 0
    assert len(comments(town, town.change)) == 1


def test_without_slack_the_tickets_are_served_all_the_same(town: Town, sync: Sync) -> None:
    channels = {name: "" for name in town.env() if name.startswith("SLACK_")}
    report = sync(**channels)
    assert (report.exit_code, len(comments(town, town.change))) == (0, 1)
    assert town.servers["slack"].count() == 0


def test_who_cannot_be_reached_is_named_with_the_fix(town: Town, sync: Sync) -> None:
    town.roll_out()
    nowhere = {"SLACK_CHANNELS__OPERATIONS": "", "SLACK_CHANNEL": town.channels["changes"]}
    report = sync(**nowhere)
    assert report.problems == [
        f"slack: 1 message waits for the next run: {town.release}: operations cannot be reached — "
        "set SLACK_CHANNELS__OPERATIONS: a formal notification needs a place of its own"
    ]
    assert report.exit_code == 1


def test_an_account_that_may_not_comment_is_told_and_nothing_else_suffers(town: Town, sync: Sync) -> None:
    town.jira.deny("ADD_COMMENTS", "CHG")
    report = sync()
    assert report.exit_code == 1
    assert [p for p in report.problems if p.startswith("jira") and "comment" in p.lower()], report.problems
    assert len(comments(town, town.release)) == 1
    card(town, "team-citizens", town.change)


def test_a_message_service_that_is_down_does_not_keep_the_ticket_from_its_comment(
    town: Town, sync: Sync
) -> None:
    town.roll_out()
    town.servers["slack"].fail(Fault(How.ANSWER, times=10**6, status=503))
    report = sync()
    assert report.exit_code == 1
    assert len(comments(town, town.release)) == 1
    town.servers["slack"].faults.clear()
    assert sync(full=True, clock=past_doubt).exit_code == 0
    assert len(town.slack.messages(town.channels["operations"])) == 1
