"""Columns into fields of the vocabulary: what a cell says, and when it came to say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from servicenow_helpers import Nobody

from connectors.servicenow.fields import Fields
from connectors.servicenow.history import History, Step

DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def cells(**columns: str) -> dict[str, dict[str, str]]:
    return {name: {"value": words, "display_value": words} for name, words in columns.items()}


@pytest.mark.parametrize(
    ("columns", "days", "at"),
    [
        ({"u_test_result": "passed"}, (1, 3), DAY + timedelta(days=3)),
        ({"u_test_result": "passed", "u_tested_at": "2026-03-04 08:00:00"}, (1, 3), DAY + timedelta(days=3)),
        ({"u_test_result": "passed", "u_tested_at": "2026-03-07 08:00:00"}, (1, 3), DAY + timedelta(days=5)),
        ({"u_test_result": "passed", "u_tested_at": "2026-03-04 08:00:00"}, (), DAY + timedelta(days=2)),
        ({"u_test_result": "", "u_tested_at": ""}, (3,), None),
        ({}, (), None),
    ],
)
def test_tested_is_the_later_of_what_is_said_and_when_the_result_came(columns, days, at) -> None:
    steps = tuple(Step("u_test_result", "", "passed", "", DAY + timedelta(days=day)) for day in days)
    seen = Fields({}, Nobody(), ZoneInfo("UTC")).read(cells(**columns), History(steps, created=DAY))[
        "tested_at"
    ]
    assert (seen.value, seen.readable) == (at, bool(columns))


@pytest.mark.parametrize(
    ("columns", "value", "readable"),
    [
        ({"reason": "Corrective", "category": "hardware"}, "corrective", True),
        ({"reason": "", "category": "Problem"}, "problem", True),
        ({"category": "incident"}, "incident", True),
        ({"category": "hardware"}, None, True),
        ({"reason": "new printer", "category": "hardware"}, None, True),
        ({}, None, False),
    ],
)
def test_why_a_change_is_made_is_told_by_its_reason_or_else_its_category(columns, value, readable) -> None:
    seen = Fields({}, Nobody(), ZoneInfo("UTC")).read(cells(**columns), History())["reason"]
    assert (seen.value, seen.readable) == (value, readable)


@pytest.mark.parametrize(
    ("column", "words", "filled"),
    [("u_scripts", "geen", True), ("u_procedures", "geen", False), ("backout_plan", "<p>&nbsp;</p>", False)],
)
def test_a_column_says_what_none_means_in_its_field(column, words, filled) -> None:
    seen = Fields({}, Nobody(), ZoneInfo("UTC")).read(cells(**{column: words}), History())
    name = {"backout_plan": "fallback_plan"}.get(column, column.removeprefix("u_"))
    assert (seen[name].filled, seen[name].readable) == (filled, True)
