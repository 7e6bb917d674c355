"""What is kept for a while, and let go of; on a clock that moves only when told."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.shared.cache import Cache


def test_an_answer_is_kept_until_its_time_is_over() -> None:
    now, asked = [0.0], list[float]()
    cache = Cache[str, int](60, lambda: now[0])
    for now[0] in (0.0, 59.0, 60.0, 119.0, 120.0):
        assert cache.ask("a", lambda: asked.append(now[0]) or len(asked)) == len(asked)
    assert asked == [0.0, 60.0, 120.0]


def test_what_is_kept_for_no_time_is_asked_for_each_time() -> None:
    cache, asked = Cache[str, int](0, lambda: 0.0), []
    for number in range(3):
        cache.ask("a", lambda number=number: asked.append(number) or number)
    assert asked == [0, 1, 2]


def test_several_are_asked_for_together_and_those_not_found_not_again() -> None:
    now, questions = [0.0], list[list[str]]()
    cache = Cache[str, str](60, lambda: now[0])

    def question(names: Iterable[str]) -> dict[str, str]:
        questions.append(sorted(names))
        return {name: name.upper() for name in names if name != "hidden"}

    answers = []
    for now[0], names in [
        (0.0, ["a", "hidden", "a"]),
        (30.0, ["a", "b", "hidden"]),
        (59.0, ["a", "b", "hidden"]),
        (60.0, ["a", "b", "hidden"]),
        (60.0, []),
    ]:
        answers.append(cache.ask_all(names, question))
    assert answers == [{"a": "A"}, *[{"a": "A", "b": "B"}] * 3, {}]
    assert questions == [["a", "hidden"], ["b"], ["a", "hidden"]]


def test_what_is_known_is_told_without_a_question() -> None:
    cache = Cache[str, int](60, lambda: 0.0)
    cache.keep({"a": 1, "nothing": None})
    assert cache.known(["a", "b", "nothing"]) == {"a": 1}


def test_a_question_that_fails_leaves_nothing() -> None:
    cache = Cache[str, int](60, lambda: 0.0)
    for question in (lambda _: {"a": 1 // 0}, lambda _: {"a": 1}):
        try:
            found = cache.ask_all({"a"}, question)
        except ZeroDivisionError:
            assert cache.known({"a"}) == {}
    assert found == {"a": 1}


def test_when_it_is_full_those_go_that_nobody_asked_for() -> None:
    cache = Cache[str, int](60, lambda: 0.0, most=2)
    cache.keep({"a": 1, "b": 2})
    cache.known({"a"})
    cache.keep({"c": 3})
    assert cache.known("abc") == {"a": 1, "c": 3}
    assert cache.ask_all("abcd", lambda new: dict.fromkeys(new, 9)) == {"a": 1, "b": 9, "c": 3, "d": 9}


def test_time_that_runs_on_while_it_is_looked_up_is_no_error() -> None:
    """An answer may run out between any two looks at the clock."""
    ticks = iter(range(10_000))
    cache = Cache[str, int](3, lambda: float(next(ticks)))
    for _ in range(50):
        cache.keep({"a": 1, "b": 2})
        for _ in range(4):
            assert cache.known("ab").items() <= {"a": 1, "b": 2}.items()


def test_no_thread_waits_for_the_question_of_another() -> None:
    cache = Cache[str, int](60, lambda: 0.0)
    together = threading.Barrier(2, timeout=10)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(cache.ask, key, lambda: together.wait() * 0 + 7) for key in "aa"]
    assert [one.result() for one in both] == [7, 7]


@pytest.mark.parametrize("most", [3, 1000])
def test_threads_may_share_it(most: int) -> None:
    """Reading moves keys and writing throws some out: without a lock one thread breaks off another's."""
    cache = Cache[int, int](60, lambda: 0.0, most)

    def work(start: int) -> bool:
        return all(
            cache.ask_all(range(n, n + 5), lambda new: {key: -key for key in new})
            == {key: -key for key in range(n, n + 5)}
            for n in range(start, start + 300)
        )

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(0, 80, 10)))
