"""What a process says of a journal that cannot be used, and when it ends because of it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.journal import JournalError, JournalGone
from bot.server.journal_trouble import JournalTrouble

FULL, LOCKED, GONE = (
    JournalError("the disk is full"),
    JournalError("it is locked"),
    JournalGone("it was removed"),
)


@pytest.mark.parametrize(
    ("runs", "told", "ended"),
    [
        ([None, None], [], False),
        ([FULL, FULL, FULL], ["the disk is full"], False),
        ([FULL, LOCKED, LOCKED], ["the disk is full", "it is locked"], False),
        # it was well in between
        ([FULL, None, FULL], ["the disk is full", "the disk is full"], False),
        # told by who ends the process, and once
        ([FULL, GONE, GONE], ["the disk is full"], True),
    ],
)
def test_it_is_told_once(runs: list[JournalError | None], told: list[str], ended: bool) -> None:
    stops = list[bool]()
    trouble = JournalTrouble(lambda: stops.append(True))

    def job() -> None:
        if error := runs.pop(0):
            raise error

    with capture_logs() as lines:
        while runs:
            trouble.around(job)()
    assert [line["event"] for line in lines] == told
    assert (bool(stops), trouble.gone) == ((True, GONE) if ended else (False, None))


def test_a_mistake_of_our_own_is_not_hidden() -> None:
    def job() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        JournalTrouble(lambda: None).around(job)()
