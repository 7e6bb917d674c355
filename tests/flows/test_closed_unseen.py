"""Made and closed between two looks: judged like any other, told in the ticket and to the change manager, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from test_story import comments, text

from bot import bootstrap
from bot.report import Report
from sandbox.town import Town

Sync = Callable[..., Report]
FOUND = "This ticket was already closed when it was looked at for the first time"


def made_and_closed(town: Town, **more: str) -> str:
    fields = town.prepared(
        **{"Affected services": [town.words["citizens"]], "Test data": "Production"} | more
    )
    key = town.jira.add_issue("CHG", "[System] Change", "A quick fix", fields, by="Tom Willems")
    town.jira.transition(key, "Closed", "Tom Willems")
    return key


def closed_in_servicenow(town: Town) -> str:
    row = town.servicenow.row("change_request", town.payment)
    kept = ("cmdb_ci", "assignment_group", "requested_by", "assigned_to", "start_date", "end_date")
    change = town.servicenow.add_change(
        short_description="A quick fix too", u_rollout_strategy="pull", **{name: row[name] for name in kept}
    )
    town.servicenow.set("change_request", change, "tom.willems", state=3)
    return change


def told(town: Town) -> list[str]:
    """What the change manager heard of it."""
    found = [m.text for place in town.channels.values() for m in town.slack.messages(place)]
    return [text for text in found if "closed before" in text]


@pytest.mark.parametrize("full", [False, True], ids=["plain run", "nightly look"])
def test_it_is_judged_and_told_in_both_systems(town: Town, sync: Sync, full: bool) -> None:
    sync()
    key, change = made_and_closed(town), closed_in_servicenow(town)
    report = sync(full)
    assert (report.problems, report.unseen, report.unseen_untold) == ([], 2, 0)
    said = text(town, key)
    assert FOUND in said
    assert "Production data used as test data" in said
    (note,) = town.servicenow.notes(change)
    assert FOUND in note
    first, *more = told(town)
    assert more == [] or len(more) == 1, "one message where each team reads"
    heard = "\n".join([first, *more])
    number = town.servicenow.row("change_request", change)["number"]
    for words in (key, number, "closed on", "You get this as change manager."):
        assert words in heard


def test_it_is_said_once_and_the_team_is_asked_for_nothing(town: Town, sync: Sync) -> None:
    sync()
    key = made_and_closed(town)
    sync()
    before = {place: len(town.slack.messages(place)) for place in town.channels.values()}
    for _ in range(2):
        report = sync(full=True)
        assert (report.writes, report.unseen) == (0, 0)
    town.jira.set_field(key, "summary", "Another name", "Tom Willems")
    sync()
    assert {place: len(town.slack.messages(place)) for place in town.channels.values()} == before
    assert len(comments(town, key)) == 1
    assert FOUND in text(town, key)
    assert not [
        m for p in town.channels.values() for m in town.slack.messages(p) if m.text.startswith(f"{key} ·")
    ]


def test_what_is_found_later_on_a_day_is_told_on_the_next_working_day(town: Town, sync: Sync) -> None:
    sync()
    made_and_closed(town)
    sync()
    (first,) = told(town)
    second = made_and_closed(town)
    sync()
    assert told(town) == [first]
    sync(clock=lambda: bootstrap.now() + timedelta(days=1))
    heard = told(town)
    assert len(heard) == 2
    assert second in heard[-1]


def test_what_was_in_order_is_told_to_nobody(town: Town, sync: Sync) -> None:
    sync(SLUIS_PACKS="patch")
    key = made_and_closed(town)
    report = sync(SLUIS_PACKS="patch")
    assert (report.unseen, comments(town, key), told(town)) == (1, [], [])


def test_a_canceled_one_is_not_told(town: Town, sync: Sync) -> None:
    sync()
    key = town.jira.add_issue("CHG", "[System] Change", "No", town.prepared(), by="Tom Willems")
    town.jira.transition(key, "Canceled", "Tom Willems")
    assert (sync().unseen, comments(town, key), told(town)) == (0, [], [])


def test_what_was_closed_before_the_bot_came_is_nobodys_news(town: Town, sync: Sync) -> None:
    key = made_and_closed(town)
    sync()
    town.jira.set_field(key, "summary", "Touched by a clean-up", "Tom Willems")
    report = sync()
    assert (report.unseen, report.unseen_untold, comments(town, key), told(town)) == (0, 0, [], [])


def test_a_project_that_is_added_later_is_followed_from_its_own_first_whole_run(
    town: Town, sync: Sync
) -> None:
    sync(JIRA_PROJECTS="REL")
    before = made_and_closed(town)
    sync()
    assert (comments(town, before), told(town)) == ([], [])
    sync(full=True)
    after = made_and_closed(town)
    report = sync()
    assert (report.unseen, comments(town, before), len(comments(town, after))) == (1, [], 1)


def test_the_day_that_an_administrator_names_goes_before_that(town: Town, sync: Sync) -> None:
    since = f"{town.now() - timedelta(days=1):%Y-%m-%d}"
    key = made_and_closed(town)
    sync(SLUIS_SINCE=since)
    town.jira.set_field(key, "summary", "Touched", "Tom Willems")
    assert sync(SLUIS_SINCE=since).unseen == 1
    assert FOUND in text(town, key)


def test_in_observe_mode_it_is_shown_and_never_sent_afterwards(town: Town, sync: Sync) -> None:
    sync(SLUIS_MODE="observe")
    key = made_and_closed(town)
    report = sync(SLUIS_MODE="observe")
    assert report.unseen == 1
    assert [(p.where, p.what) for p in report.planned if p.ticket == key] == [
        ("jira", "comment"),
        ("slack", "unseen"),
    ]
    sync()
    town.jira.set_field(key, "summary", "Touched", "Tom Willems")
    sync()
    sync(full=True)
    assert (comments(town, key), told(town)) == ([], [])


def test_what_was_closed_before_the_bot_began_to_act_is_counted_and_never_sent(
    town: Town, sync: Sync
) -> None:
    sync(SLUIS_MODE="observe")
    key = made_and_closed(town)
    tomorrow = lambda: bootstrap.now() + timedelta(days=1)  # noqa: E731
    report = sync(clock=tomorrow)
    assert (report.unseen, report.unseen_untold) == (0, 1)
    assert report.as_json()["closed_unseen"] == {"judged": 0, "not_told": 1}
    sync(full=True, clock=tomorrow)
    assert (comments(town, key), told(town)) == ([], [])


def test_dutch_people_read_it_in_dutch(town: Town, sync: Sync) -> None:
    sync(SLUIS_LANGUAGE="nl")
    key = made_and_closed(town)
    sync(SLUIS_LANGUAGE="nl")
    assert "Dit ticket was al afgesloten toen er voor het eerst naar gekeken werd" in text(town, key)
    found = [m.text for place in town.channels.values() for m in town.slack.messages(place)]
    assert any("ticket is afgesloten voordat er naar gekeken werd" in one for one in found)
