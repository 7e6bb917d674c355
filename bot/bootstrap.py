"""The wiring: settings → connectors, packs, journal → a context to run with. The only place that knows all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from bot.context import Context, OrganisationPolicy
from bot.interactions.worker import InteractionWorker
from bot.journal import JournalError, open_journal
from bot.messages.i18n.speaker import Translator
from bot.metrics import Metrics
from bot.notify.anchors import ANCHOR
from bot.policy.anchoring import Anchoring
from bot.policy.intake_terms import IntakeTerms
from bot.policy.judging_terms import JudgingTerms
from bot.policy.reminder_steps import ReminderSteps
from bot.policy.retention import Retention
from bot.policy.speaking_times import SpeakingTimes
from bot.policy.waiver_terms import WaiverTerms
from bot.policy.write_limits import WriteLimits
from bot.settings.declarations import DeclarationsError, load_declarations
from bot.settings.in_force import in_force
from bot.settings.load import Mode, Settings, SettingsError
from connectors.catalog import CONNECTORS
from connectors.shared.posting import JsonPosts
from connectors.shared.throttle import Throttle, TokenBucket
from domain.ports.connector import Connector
from domain.ports.source import KnowsById
from rules.loading.loader import PolicyError
from rules.loading.overlay import load_all


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def connect_all(settings: Settings) -> tuple[Connector, ...]:
    """The connectors that are switched on. Raises SettingsError when no source of tickets is."""
    built = (entry.build(settings.connectors[entry.name]) for entry in CONNECTORS)
    connectors = (*(connector for connector in built if connector), *_anchor(settings.bot.anchor_url))
    if settings.bot.anchor_mail and not any(connector.mail_recipients for connector in connectors):
        raise SettingsError(
            ["SLUIS_ANCHOR_MAIL: nothing can be mailed; set MAIL_HOST and MAIL_FROM_ADDRESS too."]
        )
    if not any(connector.source for connector in connectors):
        raise SettingsError(
            ["JIRA_URL, SERVICENOW_URL: neither is set, so there are no tickets; set at least one."]
        )
    return connectors


def _anchor(url: str) -> Iterator[Connector]:
    """Where the head of the audit trail is posted: a place to write to, and no system with tickets or people."""
    if url:
        posts = JsonPosts(ANCHOR, url, "SLUIS_ANCHOR_URL")
        yield Connector(ANCHOR, posts, channel=posts)


def policy(settings: Settings) -> OrganisationPolicy:
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
    return OrganisationPolicy(
        act=bot.mode is Mode.ACT,
        packs=packs,
        declarations=declarations,
        roles=settings.wanted_roles,
        hours=bot.hours,
        ladders=bot.ladders,
        talk=bot.group(SpeakingTimes),
        reminders=bot.group(ReminderSteps),
        writes=bot.group(WriteLimits),
        intake=bot.group(IntakeTerms),
        judging=bot.group(JudgingTerms),
        waivers=bot.group(WaiverTerms),
        retention=bot.group(Retention),
        anchoring=bot.group(Anchoring),
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
        # After all that may be refused: a wrong setting makes no journal and takes no lock.
        journal = open_journal(settings.bot.database_url, exclusive=exclusive)
    except JournalError as error:
        raise SettingsError([f"SLUIS_DATABASE_URL: {error}"]) from error
    # Whoever only asks runs nothing by its settings: they are not in force.
    if exclusive:
        journal.note_settings(in_force(settings, rules.packs, rules.declarations), clock())
    for connector in connectors:
        if isinstance(connector.source, KnowsById):
            connector.source.recall(journal.names_known(connector.source.name))
    speak = Translator(settings.bot.language, settings.bot.zone, settings.bot.terms)
    return Context(connectors, journal, rules, speak, clock, stop)


def reception(
    settings: Settings,
    ctx: Context,
    metrics: Metrics,
    on_trouble: Callable[[JournalError], None] | None = None,
) -> InteractionWorker | None:
    """Who hears buttons and commands; None where nobody does, and in observe mode, which speaks to nobody. It has
    connections of its own, because it works beside the cycles. `on_trouble` hears that the journal cannot be used.
    """
    if not ctx.policy.act or ctx.interactions is None:
        return None
    own = replace(ctx, connectors=connect_all(settings))
    desk = own.interactions
    # Built from the settings that gave `ctx` its own.
    assert desk is not None
    made = InteractionWorker(own, desk, metrics.kept, metrics.did, on_trouble)
    metrics.watch_desk(desk.silence, own.journal.waiting_interactions)
    return made


def admission(at_once: int, per_second: float) -> Callable[[str], bool]:
    """Whether one more may come in now, by the name it comes under: `at_once`, and `per_second` in the long run."""
    # Made here and handed on as a plain function: no room of the bot knows a connector (docs/decisions/022).
    return Throttle(TokenBucket(at_once, 1 / per_second)).take
