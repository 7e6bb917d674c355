"""What an admin gives another name: known by its id, told, and nothing ends for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_story import card

from bot.report import Report
from sandbox.town import Town

Sync = Callable[..., Report]
TOLD = (
    "jira: the issue type [System] Change is called ICT-wijziging now, and is known by its id — "
    "set JIRA_ISSUE_TYPES to the new name"
)


@pytest.mark.parametrize("full", [True, False])
def test_a_type_with_another_name_is_followed_as_before_and_told(town: Town, sync: Sync, full: bool) -> None:
    sync()
    before = card(town, "team-citizens", town.change).text
    town.jira.rename_type("[System] Change", "ICT-wijziging")
    report = sync(full=full)
    assert (report.problems, report.notes) == ([TOLD], [])
    assert card(town, "team-citizens", town.change).text == before
    town.replace_test_data()
    sync()
    assert card(town, "team-citizens", town.change).text != before, "followed under its new name"
    types = "ICT-wijziging=change,Release=release"
    assert sync(JIRA_ISSUE_TYPES=types).problems == [], "until the settings name it"


def test_a_type_of_another_name_that_was_never_known_ends_nothing_at_first_sight(
    town: Town, sync: Sync
) -> None:
    for number in range(12):
        town.jira.add_issue("CHG", "[System] Change", f"Change {number}", by="Tom Willems")
    sync(SLUIS_MAX_SHARE="100")
    report = sync(full=True, SLUIS_MAX_SHARE="100", JIRA_ISSUE_TYPES="Release=release")
    assert not [note for note in report.notes if "moved out" in note]
    (line,) = report.problems
    assert "tickets not visible any more" in line
    assert "moved out" not in card(town, "team-citizens", town.change).text


def test_a_field_that_settings_name_and_that_is_renamed_is_known_by_its_id_and_told(
    town: Town, sync: Sync
) -> None:
    sync(JIRA_FIELDS__TEST_PLAN="Test plan")
    field = town.jira.fields[town.jira.field_id("Test plan")]
    before = card(town, "team-citizens", town.change).text
    field.name = "Testdraaiboek"
    report = sync(full=True, JIRA_FIELDS__TEST_PLAN="Test plan")
    assert [line for line in report.problems if "Testdraaiboek" in line] == report.problems != []
    assert card(town, "team-citizens", town.change).text == before


def test_a_field_that_settings_name_and_that_never_was_is_told(town: Town, sync: Sync) -> None:
    report = sync(JIRA_FIELDS__TEST_PLAN="Testplan")
    assert report.problems == ["jira: test_plan: no field named Testplan — correct the name in the settings"]
