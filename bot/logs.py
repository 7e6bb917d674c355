"""Logs on stderr: readable on a terminal, JSON lines elsewhere. Nothing of a request or a ticket's text in them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import structlog

from domain.redaction import guard, private

_CHATTY = (
    "jira",
    "slack_sdk",
    "slack_bolt",
    "apscheduler",
    "alembic",
    "waitress",
    "werkzeug",
    "pysnow",
)


def configure(level: str) -> None:
    """Set up logging once, at start. `level` is a name of the standard library's levels. From here on secrets and
    e-mail addresses are taken out of every line, those of libraries and of tracebacks too.
    """
    guard()
    number = logging.getLevelNamesMapping()[level]
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_shown(terminal),
            lambda _, __, line: private(str(line)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        # Never on stdout, which is for machines: reports and JSON.
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # The client libraries log whole requests at DEBUG, credentials included; urllib3 warns of retries with the
    # query in it. They stay quiet: what matters is told by the connectors.
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    if logging.lastResort:  # what is left of their warnings comes out here
        logging.lastResort.setFormatter(_Private("%(levelname)s %(name)s: %(message)s"))


def _shown(terminal: bool) -> Sequence[structlog.typing.Processor]:
    """How a line looks: with colours for people, JSON for machines; a traceback as text, never with the values of
    its variables.
    """
    if terminal:
        return (structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),)
    return (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())


class _Private(logging.Formatter):
    """Lines of the standard library's loggers, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole line, traceback included."""
        return private(super().format(record))
