"""The wiring: settings → connectors, packs, journal → a context to run with. The only place that knows all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.accounts import one_person
from bot.context import Context, Policy
from bot.declarations import DeclarationsError, load_declarations
from bot.journal import JournalError, open_journal
from bot.messages.language import Speaker
from bot.ports import Connector
from bot.settings import Mode, Settings, SettingsError
from bot.waivers import Terms
from connectors.catalog import CONNECTORS
from rules.own import load_all
from rules.policy import PolicyError


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def connect_all(settings: Settings) -> tuple[Connector, ...]:
    """The connectors that are switched on. Raises SettingsError when no source of tickets is."""
    built = (entry.build(settings.connectors[entry.name]) for entry in CONNECTORS)
    connectors = tuple(connector for connector in built if connector)
    if not any(connector.source for connector in connectors):
        raise SettingsError(
            ["JIRA_URL, SERVICENOW_URL: neither is set, so there are no tickets; set at least one."]
        )
    return connectors


def policy(settings: Settings) -> Policy:
    """How this organisation wants it. Raises SettingsError for packs or declarations that do not load."""
    bot = settings.bot
    try:
        packs = load_all(bot.packs, bot.packs_dir)
    except PolicyError as error:
        setting = "SLUIS_PACKS, SLUIS_PACKS_DIR" if bot.packs_dir else "SLUIS_PACKS"
        raise SettingsError([f"{setting}: {line}" for line in error.problems]) from error
    try:
        declarations = load_declarations(bot.declarations_file, packs)
    except DeclarationsError as error:
        raise SettingsError([f"SLUIS_DECLARATIONS_FILE: {line}" for line in error.problems]) from error
    return Policy(
        act=bot.mode is Mode.ACT,
        packs=packs,
        default_class=bot.default_class,
        max_writes=bot.max_writes,
        roles=settings.wanted_roles,
        service_hours=bot.service_hours,
        remind_days=bot.remind_days,
        calendar=bot.calendar,
        declarations=declarations,
        max_children=bot.max_children,
        substitutes=bot.stand_ins,
        emergency_days=bot.emergency_days,
        waivers=Terms(bot.waiver_roles, bot.waiver_max_days),
        same_person=one_person(bot.same_person),
        calendars=bot.calendars,
        talk=bot.talk,
    )


def build(
    settings: Settings,
    clock: Callable[[], datetime] = now,
    stop: Callable[[], bool] = lambda: False,
    *,
    exclusive: bool = True,
) -> Context:
    """Everything a run needs. `exclusive` is False for those who only ask: they may do so while a bot runs.
    Raises SettingsError with one line per problem.
    """
    connectors = connect_all(settings)
    rules = policy(settings)
    try:
        journal = open_journal(settings.bot.database_url, exclusive=exclusive)
    except JournalError as error:
        raise SettingsError([f"SLUIS_DATABASE_URL: {error}"]) from error
    return Context(connectors, journal, rules, Speaker(settings.bot.language, settings.bot.zone), clock, stop)


def last_report(settings: Settings) -> dict[str, Any] | None:
    """The report of the last finished run; None before the first."""
    journal = open_journal(settings.bot.database_url, exclusive=False)
    try:
        run = journal.last_run()
    finally:
        journal.close()
    report: dict[str, Any] | None = run["report"] if run else None
    return report
