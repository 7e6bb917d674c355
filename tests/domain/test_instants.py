"""Milliseconds since 1970 into moments; of a year that no ticket is about, none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.parsing import instant


@pytest.mark.parametrize(
    ("milliseconds", "moment"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1_772_442_000_250, datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)),
        (-62_135_596_800_000, None),
        (253_402_300_799_999, None),
        (10**15, None),
        (10**30, None),
        (-(10**30), None),
    ],
)
def test_an_instant(milliseconds: int, moment: datetime | None) -> None:
    assert instant(milliseconds) == moment
