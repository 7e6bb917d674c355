"""Tickets that the nightly look at all open ones no longer shows: over, moved, deleted and hidden end differently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from test_story import card, comments, text

from bot.report import Report
from sandbox.server import Fault, How
from sandbox.town import Town

Sync = Callable[..., Report]
PART = (
    "jira: REL-1: contains CHG-2, which could not be read: not visible to the account (any more), "
    "or of a type or project that is not watched"
)


def asked_about(town: Town, issue_id: str, sync: Sync, **when: Callable[[], datetime]) -> tuple[Report, int]:
    """A full look, and how often that issue was asked for."""
    before = town.servers["jira"].count(path=f"/issue/{issue_id}$")
    report = sync(full=True, **when)
    return report, town.servers["jira"].count(path=f"/issue/{issue_id}$") - before


@pytest.mark.parametrize("way", ["deleted", "secret", "moved"])
def test_a_ticket_that_is_deleted_or_out_of_sight_is_waited_for_and_then_left(
    town: Town, sync: Sync, way: str
) -> None:
    sync()
    gone, before = town.jira.issues[town.change].id, card(town, "team-citizens", town.change).text
    match way:
        case "deleted":
            town.jira.delete_issue(town.change)
        case "secret":
            town.jira.hide(town.change)
        case "moved":
            town.jira.move_issue(town.change, "SECRET", "Tom Willems")
            town.jira.deny("BROWSE_PROJECTS", "SECRET")
    first = sync(full=True)
    assert first.notes == []
    assert first.problems == [
        f"jira: 1 ticket not visible any more ({town.change}); what was said of them stands — "
        "check what the account may see"
    ]
    waiting = sync(full=True)
    assert (waiting.notes, waiting.problems) == ([], []), "told once"
    assert card(town, "team-citizens", town.change).text == before
    later = sync(full=True, clock=lambda: town.now() + timedelta(days=8))
    line = f"jira: not there or out of sight for 7 days, and followed no longer: {town.change}"
    assert (later.notes, later.problems) == ([line], [])
    assert "has been out of sight for some days" in card(town, "team-citizens", town.change).text
    last, asked = asked_about(town, gone, sync, clock=lambda: town.now() + timedelta(days=8, minutes=5))
    assert (last.notes, last.problems, last.writes, asked) == ([], [], 0, 0)


def test_a_ticket_that_moves_within_what_is_watched_is_followed_under_its_new_key(
    town: Town, sync: Sync
) -> None:
    sync()
    posted = comments(town, town.change)[0].id
    key = town.jira.move_issue(town.change, "REL", "Tom Willems")
    town.jira.set_field(key, "Test data", "Synthetic", "Piet Jansen")
    report = sync(full=True)
    assert (report.notes, report.problems) == ([], [])
    assert [c.id for c in comments(town, key)] == [posted]
    assert "Test data says synthetic" in text(town, key)
    assert card(town, "team-citizens", key)


def test_a_ticket_that_moves_out_of_what_is_watched_is_left_alone_until_it_is_back(
    town: Town, sync: Sync
) -> None:
    sync()
    (posted,) = comments(town, town.change)
    said = text(town, town.change)
    away = town.jira.move_issue(town.change, "OPS", "Tom Willems")
    report = sync(full=True)
    assert report.notes == [
        f"jira: moved out of what is watched, and followed no longer: {town.change} → {away}"
    ]
    assert (report.exit_code, report.problems) == (0, [])
    assert "moved out of what is watched" in card(town, "team-citizens", town.change).text
    town.jira.set_field(away, "Test data", "Synthetic", "Piet Jansen")
    sync(full=True)
    assert text(town, away) == said, "nothing is written into it any more"
    back = town.jira.move_issue(away, "CHG", "Tom Willems")
    assert sync().notes == []
    assert [c.id for c in comments(town, back)] == [posted.id], "the same comment"
    assert text(town, back) != said


def test_a_lost_permission_is_one_line_and_closes_nothing(town: Town, sync: Sync) -> None:
    sync()
    before = card(town, "team-citizens", town.change).text
    watched = [i for i in town.jira.issues.values() if i.project == "CHG"]
    town.jira.deny("BROWSE_PROJECTS", "CHG")
    asked = len(town.servers["jira"].asked)
    report = sync(full=True)
    keys = ", ".join(i.key for i in watched)
    assert report.problems == [
        f"jira: {len(watched)} tickets not visible any more ({keys}); what was said of them stands — "
        "check what the account may see"
    ]
    assert (report.notes, report.exit_code) == ([PART], 1)
    assert [a.path for a in town.servers["jira"].asked[asked:]].count("/rest/api/3/mypermissions") == 1
    assert card(town, "team-citizens", town.change).text == before
    assert sync().problems == [], "nobody is reminded of it, and nothing is read on its behalf"
    town.jira.denied.clear()
    town.replace_test_data()
    assert sync().problems == []
    assert card(town, "team-citizens", town.change).text != before, "followed as if nothing had happened"


def test_a_ticket_that_was_closed_in_silence_is_judged_once_more(town: Town, sync: Sync) -> None:
    sync()
    town.jira.transition(town.change, "Canceled", "Tom Willems")
    report = sync(full=True)
    assert (report.notes, report.problems) == ([], [])
    assert text(town, town.change).startswith("▌ This ticket is canceled")
    sync()  # our own edit moved its stamp
    assert asked_about(town, town.jira.issues[town.change].id, sync)[1] == 0, "and is over"


def test_a_ticket_that_the_index_forgot_is_judged_as_ever(town: Town, sync: Sync) -> None:
    sync()
    town.put_in_order()
    indexed, town.jira.issues[town.change].indexed = town.jira.issues[town.change].indexed, []
    report = sync(full=True)
    town.jira.issues[town.change].indexed = indexed
    assert (report.notes, report.problems) == ([], [])
    assert "Production data used as test data" not in text(town, town.change).split("In order")[0]


def test_who_is_taken_for_a_stranger_in_the_middle_concludes_nothing(town: Town, sync: Sync) -> None:
    sync()
    before = card(town, "team-citizens", town.change).text
    town.jira.deny("BROWSE_PROJECTS", "CHG")
    stranger = {"X-Seraph-Loginreason": "AUTHENTICATED_FAILED", "Content-Type": "application/json"}
    here = f"/issue/{town.jira.issues[town.change].id}$"
    town.servers["jira"].fail(Fault(How.ANSWER, path=here, status=404, headers=stranger, body="{}"))
    report = sync(full=True)
    assert not report.sources["jira"].complete
    assert (report.notes, [p[:20] for p in report.problems]) == ([PART], ["jira: Jira took us f"])
    assert card(town, "team-citizens", town.change).text == before


def test_a_listing_that_broke_off_concludes_nothing(town: Town, sync: Sync) -> None:
    sync()
    before = card(town, "team-citizens", town.change).text
    town.jira.delete_issue(town.change)
    town.servers["jira"].fail(Fault(How.ANSWER, path="search/jql", status=500))
    report = sync(full=True)
    assert (report.notes, report.sources["jira"].complete) == ([], False)
    assert card(town, "team-citizens", town.change).text == before


@pytest.mark.parametrize(
    ("days", "notes", "problems", "code"),
    [(31, 0, 0, 0), (10, 1, 0, 0), (-1, 0, 1, 1)],
)
def test_a_token_that_ends_soon_is_told_in_the_report(
    town: Town, sync: Sync, days: int, notes: int, problems: int, code: int
) -> None:
    last = datetime.now(UTC).date() + timedelta(days=days)
    report = sync(JIRA_TOKEN_EXPIRES=last.isoformat())
    assert (len(report.notes), len(report.problems), report.exit_code) == (notes, problems, code)
    for line in (*report.notes, *report.problems):
        assert line.startswith("jira: the token expire") and str(last) in line
    assert len(comments(town, town.change)) == 1, "an account that still works goes on working"


def test_a_ticket_that_vanishes_by_day_is_told_once_and_settled_at_night(town: Town, sync: Sync) -> None:
    sync()
    town.jira.delete_issue(town.release)
    town.jira.set_field(
        town.part, "Test data", "Production", "Piet Jansen"
    )  # its release is to be judged anew
    assert any(p.startswith(f"{town.release}: jira: answered 404") for p in sync().problems)
    assert sync().problems == []
    later = sync(full=True)
    assert (later.notes, later.problems) == ([], [])
