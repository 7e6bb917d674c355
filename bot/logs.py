"""Logs on stderr: readable on a terminal, JSON lines elsewhere. Nothing of a request or a ticket's text in them."""

from __future__ import annotations

import logging
import sys

import structlog

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
    """Set up logging once, at start. `level` is a name of the standard library's levels."""
    number = logging.getLevelNamesMapping()[level]
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # The client libraries log whole requests at DEBUG, credentials included; urllib3 warns of retries with the
    # query in it. They stay quiet: what matters is told by the connectors.
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.getLogger("urllib3").setLevel(logging.ERROR)
