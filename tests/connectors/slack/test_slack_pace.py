"""The token bucket, with a clock that only moves when somebody sleeps."""

from __future__ import annotations

import pytest

from connectors.slack.pace import Pace


@pytest.mark.parametrize(
    ("posts", "burst", "seconds"), [(1, 1, 0), (3, 1, 2), (5, 5, 0), (6, 5, 1), (20, 5, 15)]
)
def test_burst_then_one_a_second(posts: int, burst: int, seconds: float) -> None:
    now = [100.0]
    pace = Pace(1.0, burst, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    for _ in range(posts):
        pace.wait("C1")
    assert now[0] - 100.0 == seconds


def test_channels_do_not_wait_for_each_other_and_a_rest_refills() -> None:
    now, slept = [0.0], []
    pace = Pace(1.0, 2, clock=lambda: now[0], sleep=slept.append)
    for key in ("C1", "C1", "C2", "C2"):
        pace.wait(key)
    now[0] = 10.0
    for key in ("C1", "C1"):
        pace.wait(key)
    assert slept == []
    pace.wait("C1")
    assert slept == [1.0]
