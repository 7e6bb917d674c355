"""Whole runs over the town: real clients, real HTTP, and what stands in the three systems afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot import queries
from bot.cli.adf_text import adf_text
from bot.journal import open_journal
from bot.report import Report
from bot.settings.load import load_settings
from sandbox.jira.state import Comment
from sandbox.town import Town

Sync = Callable[..., Report]


def comments(town: Town, key: str) -> list[Comment]:
    return [c for c in town.jira.issues[key].comments if c.author.name == "Sluiswachter"]


def text(town: Town, key: str) -> str:
    (only,) = comments(town, key)
    return adf_text(only.body)


def card(town: Town, channel: str, key: str):
    (only,) = [m for m in town.slack.messages(town.channels[channel]) if m.text.startswith(f"{key} ·")]
    return only


def writes(town: Town) -> int:
    """Requests that could change something: every POST to Slack counts but the questions."""
    asking = ("auth.test", "history", "replies", "info", "lookupByEmail", "conversations.open", "list")
    slack = [a for a in town.servers["slack"].asked if not a.path.endswith(asking)]
    questions = ("/search/jql", "/issue/bulkfetch")
    jira = [a for a in town.servers["jira"].writes() if not a.path.endswith(questions)]
    return len(jira) + len(town.servers["servicenow"].writes()) + len(slack)


@pytest.mark.smoke
def test_a_change_is_held_at_the_lock_and_let_through(town: Town, sync: Sync) -> None:
    first = sync()
    assert (first.exit_code, first.problems) == (0, [])
    held = text(town, town.change)
    assert held.startswith("▌ 1 point is not allowed as it stands. 1 point to settle before implementation.")
    assert "Production data used as test data" in held
    assert "Dina Peeters (DPO)" in held
    cited = "Vo-ICR R&D v2.1 §1.1, confidentiality, class 5; §1.2, confidentiality, class 3"
    assert f"Citizen register is C5 I4 with personal data ({cited}) [ICR-16, ICR-31]" in held
    assert "⛔" in card(town, "team-citizens", town.change).text
    posted = comments(town, town.change)[0].id

    town.put_in_order()
    sync()
    assert text(town, town.change).startswith(
        "▌ Ready for implementation: all that is asked before it is in order."
    )
    assert comments(town, town.change)[0].id == posted, "edited in place"
    shown = card(town, "team-citizens", town.change)
    assert "✅ Ready for implementation" in shown.text
    place = town.channels["team-citizens"]
    (news,) = [m for m in town.slack.thread(place, shown.ts) if m.ts != shown.ts]
    assert "Approved by Dina Peeters (DPO)" in news.text


def test_another_word_heals_no_test(town: Town, sync: Sync) -> None:
    sync()
    town.replace_test_data()
    town.dpo_signs()
    sync()
    told = text(town, town.change)
    assert told.startswith("▌ 1 point is not allowed as it stands. 4 points to settle before implementation.")
    assert "Run the tests again, and show it by Tested at." in told
    assert "Also to do: Approval by the application owner [ICR-06]" in told


@pytest.mark.smoke
def test_an_approval_after_the_start_is_told_once_as_a_deviation(town: Town, sync: Sync) -> None:
    sync()
    late = town.begin_unsigned()
    sync()
    told = text(town, late)
    _, deviations = told.split("Deviations")
    assert "Too late: Approval by CAB and DPO, with segregation of duties and four eyes" in deviations
    assert "15 hours after the rollout began" in deviations
    assert "Not allowed" not in told and "Before implementation" not in told
    assert "No approval by the DPO yet" not in told, "nobody is asked for it any more"
    assert [line for line in told.splitlines() if "Too late:" in line] == deviations.strip().splitlines()[:1]
    before = writes(town)
    assert [sync().writes for _ in range(2)] == [0, 0]
    assert writes(town) == before


def test_jira_comments_are_internal_and_do_not_mail_on_edit(town: Town, sync: Sync) -> None:
    sync()
    assert not comments(town, town.change)[0].public
    town.replace_test_data()
    sync()
    (edit,) = [a for a in town.servers["jira"].asked if a.method == "PUT"]
    assert "notifyUsers=false" in edit.query


@pytest.mark.smoke
def test_servicenow_gets_a_note_only_when_the_set_of_findings_changes(town: Town, sync: Sync) -> None:
    sync()
    (note,) = town.servicenow.notes(town.payment)
    assert "Rollout strategy says pull" in note
    town.servicenow.set("change_request", town.payment, short_description="Another title")
    sync()
    assert len(town.servicenow.notes(town.payment)) == 1
    town.choose_phased()
    sync()
    _, newer = town.servicenow.notes(town.payment)
    assert "Takes the place of the note of" in newer
    assert "Rollout strategy was changed from pull to phased by Tom Willems" in newer
    town.approve_again()
    sync()
    assert "Ready for implementation" in town.servicenow.notes(town.payment)[-1]


@pytest.mark.smoke
def test_five_runs_in_a_row_write_nothing_after_the_first(town: Town, sync: Sync) -> None:
    sync()
    before = writes(town)
    reports = [sync() for _ in range(5)]
    assert [r.writes for r in reports] == [0] * 5
    assert writes(town) == before


def test_a_cycle_in_which_nothing_changed_asks_little(town: Town, sync: Sync) -> None:
    sync()
    sync()  # the bot's own comments moved the stamps: looked at once more
    asked = len(town.servers["jira"].asked)
    sync()
    seen = [a.path for a in town.servers["jira"].asked[asked:]]
    assert not [p for p in seen if "/issue/" in p], "no ticket is read again"


@pytest.mark.smoke
def test_the_two_handover_notifications_reach_each_recipient_once(town: Town, sync: Sync) -> None:
    sync()
    town.roll_out()
    sync()
    sync()
    rita = next(u for u in town.slack.workspace.users.values() if u.name == "Rita Goossens")
    operations = town.channels["operations"]
    for place in (town.slack.messages(operations), town.slack.direct(rita)):
        assert [m.text.partition(":")[0] for m in place] == ["Available in production"]
    town.goes_operational()
    sync()
    sync()
    for place in (town.slack.messages(operations), town.slack.direct(rita)):
        assert [m.text.partition(":")[0] for m in place] == ["Available in production", "Fully operational"]
    assert "order" in text(town, town.release).splitlines()[0], "the delivered notification is the evidence"


def test_a_change_below_class_three_asks_for_no_formal_notification(town: Town, sync: Sync) -> None:
    register = town.folder / "assets.csv"
    register.write_text(register.read_text().replace("Permit portal,3,3,2", "Permit portal,2,2,2"))
    sync()
    town.roll_out(town.part)
    sync()
    assert town.slack.messages(town.channels["operations"]) == []


def test_a_release_is_announced_whatever_its_class(town: Town, sync: Sync) -> None:
    """The process asks for the two notifications of every release, the class only from three upwards."""
    register = town.folder / "assets.csv"
    register.write_text(register.read_text().replace("Permit portal,3,3,2", "Permit portal,2,2,2"))
    sync()
    town.roll_out()
    sync()
    (told,) = town.slack.messages(town.channels["operations"])
    assert told.text.startswith("Available in production")


def test_the_dpo_is_reminded_in_their_own_channel_once(town: Town, sync: Sync) -> None:
    sync()
    sync()
    (reminder,) = town.slack.messages(town.channels["privacy"])
    assert reminder.text.startswith("1 change waits for you")
    assert "No approval by the DPO yet" in reminder.text


def test_observe_writes_nothing_and_tells_what_act_would_do(town: Town, sync: Sync) -> None:
    seen = sync(SLUIS_MODE="observe")
    assert writes(town) == 0
    assert seen.exit_code == 0
    assert {(p.ticket, p.where, p.what) for p in seen.planned} >= {
        (town.change, "jira", "comment"),
        (town.change, "slack", "card"),
    }
    assert [p.what for p in sync(SLUIS_MODE="observe").planned] == [p.what for p in seen.planned]
    assert sync().writes >= 5
    assert len(comments(town, town.change)) == 1


def test_more_than_the_cap_stops_before_the_first_write_until_somebody_allows_it(
    town: Town, sync: Sync
) -> None:
    town.roll_out()  # its formal notifications would be the first to go out
    first = sync(SLUIS_MAX_WRITES="5")
    assert (first.writes, first.exit_code, writes(town)) == (0, 1, 0)
    (line,) = first.problems
    number = int(line.split(" ", 1)[0])
    assert line == (
        f"{number} messages are more than SLUIS_MAX_WRITES=5: nothing was written. Look at what would be, then let it "
        f"go: `sluis sync --allow {number}`, or `sluis allow {number}` while `sluis serve` runs"
    )
    assert {(town.change, "comment"), (town.release, "comment")} <= {
        (p.ticket, p.what) for p in first.planned
    }
    again = sync(SLUIS_MAX_WRITES="5")
    assert (again.problems, again.writes, writes(town)) == ([line], 0, 0)

    queries.allow(load_settings(), number - 1, "Dirk Peeters", "dpeeters")
    assert sync(SLUIS_MAX_WRITES="5").writes == 0, "less than it takes"
    queries.allow(load_settings(), number, "Dirk Peeters", "dpeeters")
    done = sync(SLUIS_MAX_WRITES="5")
    assert (done.problems, done.writes >= number) == ([], True)
    assert done.notes == [
        f"{number} messages are more than SLUIS_MAX_WRITES=5: allowed by the account dpeeters of the machine, in the "
        "name of Dirk Peeters"
    ]
    assert len(comments(town, town.change)) == 1
    assert len(town.servicenow.notes(town.payment)) == 1


def test_a_canceled_change_is_followed_no_longer_and_its_comment_says_so(town: Town, sync: Sync) -> None:
    sync()
    town.jira.transition(town.change, "Canceled", "Tom Willems")
    sync()
    assert text(town, town.change).startswith("▌ This ticket is canceled; nothing is asked of it any more.")


def test_what_was_over_before_the_bot_came_is_left_alone(town: Town, sync: Sync) -> None:
    town.jira.transition(town.change, "Closed", "Tom Willems")
    sync()
    sync(full=True)
    assert comments(town, town.change) == []


@pytest.mark.parametrize(("days", "kept"), [(1, False)])
def test_what_was_closed_before_a_day_is_not_even_kept(town: Town, sync: Sync, days: int, kept: bool) -> None:
    since = f"{town.now() + timedelta(days=days):%Y-%m-%d}"
    town.jira.transition(town.change, "Closed", "Tom Willems")
    sync(SLUIS_SINCE=since)
    town.jira.set_field(town.change, "summary", "Another title", "Tom Willems")
    report = sync(SLUIS_SINCE=since)
    assert (report.exit_code, comments(town, town.change)) == (0, [])
    journal = open_journal(load_settings().bot.database_url)
    assert (town.change in {ref.key for ref in journal.tracked("jira").values()}) is kept
    journal.close()


@pytest.mark.smoke
def test_dutch_people_read_dutch(town: Town, sync: Sync) -> None:
    sync(SLUIS_LANGUAGE="nl")
    held = text(town, town.change)
    assert "Geen productiedata als testdata" in held or "testdata" in held
    assert "Citizen register is V5 I4 met persoonsgegevens" in held
    for english in ("Needed", "Who:", "Why:", "before", "point"):
        assert english not in held


def test_a_status_that_nobody_named_is_reported_once_and_is_no_failure(town: Town, sync: Sync) -> None:
    for key in (town.change, town.part):
        town.jira.transition(key, "In the waiting room", "Tom Willems")
    done = sync()
    line = "jira: the status In the waiting room is not known and taken for implement by its category"
    assert [told.split(" —")[0] for told in done.notes] == [line]
    assert done.exit_code == 0
    assert done.as_json()["notes"] == done.notes
