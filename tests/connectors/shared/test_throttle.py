"""Turns that are taken and come back, on a clock that moves only while somebody sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.throttle import Limit, Throttle, TokenBucket, Window


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    def throttle(self, *limits: Limit) -> Throttle:
        return Throttle(*limits, clock=self, sleep=self.sleep)


ONE_A_SECOND, TWO_A_SECOND = TokenBucket(1, 1.0), Window(2, 1.0)


@pytest.mark.parametrize(
    ("limits", "moments"),
    [
        ([], [0, 0, 0]),
        ([ONE_A_SECOND], [0, 1, 2, 3]),
        ([TokenBucket(3, 1.0)], [0, 0, 0, 1, 2, 3]),
        ([TokenBucket(2, 0.5)], [0, 0, 0.5, 1, 1.5]),
        ([Window(3, 1.0)], [0, 0, 0, 1, 1, 1, 2]),
        ([TWO_A_SECOND, Window(3, 10.0)], [0, 0, 1, 10, 10, 11, 20]),
        ([TWO_A_SECOND, TokenBucket(3, 4.0)], [0, 0, 1, 4, 8, 12]),
        ([Window(3, 10.0), ONE_A_SECOND], [0, 1, 2, 10, 11, 12, 20]),
    ],
)
def test_turns_come_when_every_limit_has_one(limits: list[Limit], moments: list[float]) -> None:
    clock, came = Time(), []
    throttle = clock.throttle(*limits)
    for _ in moments:
        throttle.wait()
        came.append(clock.now)
    assert came == moments


@pytest.mark.parametrize(
    ("rest", "came"),
    [(0.0, 0), (0.4, 0), (0.5, 1), (1.0, 2), (1.9, 3), (2.0, 4), (3600.0, 4)],
)
def test_a_bucket_fills_one_by_one_and_no_further_than_its_size(rest: float, came: int) -> None:
    clock = Time()
    throttle = clock.throttle(TokenBucket(4, 0.5))
    assert [throttle.take() for _ in range(5)] == [True] * 4 + [False]
    clock.now += rest
    assert sum(throttle.take() for _ in range(5)) == came


@pytest.mark.parametrize(("rest", "came"), [(0.0, 0), (0.9, 0), (1.0, 4), (3600.0, 4)])
def test_a_window_gives_back_at_once_what_was_taken_at_once(rest: float, came: int) -> None:
    clock = Time()
    throttle = clock.throttle(Window(4, 1.0))
    assert [throttle.take() for _ in range(5)] == [True] * 4 + [False]
    clock.now += rest
    assert sum(throttle.take() for _ in range(5)) == came


def test_keys_do_not_wait_for_each_other_and_a_rest_refills() -> None:
    clock = Time()
    throttle = clock.throttle(TokenBucket(2, 1.0))
    for key in ("C1", "C1", "C2", "C2"):
        throttle.wait(key)
    clock.now = 10.0
    for key in ("C1", "C1"):
        throttle.wait(key)
    assert clock.slept == []
    throttle.wait("C1")
    assert clock.slept == [1.0]


def test_who_waits_goes_before_who_asks_whether_there_is_a_turn() -> None:
    """A turn that somebody sleeps for is theirs: asking meanwhile takes nothing from them."""
    now, slept = [0.0], list[float]()
    throttle = Throttle(ONE_A_SECOND, clock=lambda: now[0], sleep=slept.append)
    for _ in range(3):
        throttle.wait()
    answers = []
    for now[0] in (0.5, 1.0, 2.0, 2.9, 3.0):
        answers.append(throttle.take())
    assert (slept, answers) == ([1.0, 2.0], [False, False, False, False, True])


def test_a_key_is_forgotten_when_all_its_turns_are_back() -> None:
    clock = Time()
    throttle = clock.throttle(TWO_A_SECOND, Window(9, 30.0))
    for clock.now, key in ((0.0, "a"), (29.0, "b"), (30.0, "c")):
        throttle.wait(key)
    assert sorted(throttle._back) == ["b", "c"]


rests = st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 5, 8, 40]), max_size=60)
"""Seconds until the next one asks."""


def asked(limit: Limit, rests: list[int]) -> list[float]:
    """When the turns came."""
    clock, came = Time(), []
    throttle = clock.throttle(limit)
    for rest in rests:
        clock.now += rest
        throttle.wait()
        came.append(clock.now)
    return came


@given(rests, st.integers(1, 5), st.integers(1, 9))
def test_no_window_holds_more_and_nobody_waits_for_nothing(
    rests: list[int], turns: int, seconds: int
) -> None:
    came, before = asked(Window(turns, seconds), rests), 0.0
    for number, (moment, rest) in enumerate(zip(came, rests, strict=True)):
        held = [other for other in came[:number] if other > moment - seconds]
        assert len(held) < turns
        if moment > before + rest:
            assert came[number - turns] + seconds == moment
        before = moment


@given(rests, st.integers(1, 5), st.integers(1, 9))
def test_a_bucket_is_as_full_as_one_that_is_counted(rests: list[int], turns: int, seconds: int) -> None:
    """Against the plain way to write one: a level that rises with time and falls by one a turn."""
    level, now, expected = float(turns), 0.0, []
    for rest in rests:
        level, now = min(turns, level + rest / seconds), now + rest
        if level < 1:
            level, now = 1.0, now + (1 - level) * seconds
        level -= 1
        expected.append(now)
    assert asked(TokenBucket(turns, seconds), rests) == pytest.approx(expected)


class Slow:
    """A limit of one turn a second that takes its time, and sees whether another thread is let in meanwhile."""

    turns = 1

    def __init__(self) -> None:
        self.inside, self.most = 0, 0

    def back(self, taken: float, before: float) -> float:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.002)
        self.inside -= 1
        return taken + 1


@pytest.mark.parametrize(
    ("act", "given"),
    [
        (lambda throttle: throttle.wait(), [None] * 20),
        (lambda throttle: throttle.take(), [False] * 19 + [True]),
    ],
    ids=["wait", "take"],
)
def test_threads_never_get_the_same_turn(
    act: Callable[[Throttle], bool | None], given: list[bool | None]
) -> None:
    limit, slept = Slow(), list[float]()
    throttle = Throttle(limit, clock=lambda: 0.0, sleep=slept.append)
    with ThreadPoolExecutor(20) as threads:
        got = list(threads.map(act, [throttle] * 20))
    assert sorted(got, key=bool) == given
    assert limit.most == 1
    assert sorted(slept) == ([] if any(given) else [float(n) for n in range(1, 20)])
