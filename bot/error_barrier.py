"""Where an error that nobody foresaw is survived: one broken ticket, message or interaction never stops the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from bot.journal import JournalError
from domain.ports.errors import SourceError

Outcome = TypeVar("Outcome")

log = structlog.get_logger()


def isolate_errors(
    work: Callable[[], Outcome],
    otherwise: Callable[[Exception], Outcome],
    event: str,
    raised: tuple[type[Exception], ...] = (SourceError, JournalError),
    **about: Any,
) -> Outcome:
    """Do a piece of work that is one of many. An error of this program's own is logged with its traceback, and
    `otherwise` says what comes of it; those that are `raised` everybody foresees.
    """
    try:
        return work()
    except raised:
        raise
    except Exception as error:
        # The only broad one beside the command line's: to let it pass would leave everybody else unserved.
        log.exception(event, **about)
        return otherwise(error)
