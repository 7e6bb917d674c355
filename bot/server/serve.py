"""`sluis serve`: the clock, the health port, webhooks, and a clean way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import structlog
from flask import Flask

from bot import bootstrap
from bot.context import Context
from bot.cycle.cycle import cycle
from bot.interactions.worker import InteractionWorker
from bot.metrics import Metrics
from bot.outbox.undelivered import UndeliveredLog
from bot.report import Report
from bot.server import scheduler
from bot.server.door import add_events, door
from bot.server.health import HealthServer
from bot.server.health import app as pages
from bot.server.journal_trouble import JournalTrouble
from bot.server.listening import listening
from bot.server.recheck_worker import RecheckWorker
from bot.server.webhooks import AT_ONCE, PER_SECOND, Admit, WebhookCounts, WebhookReceiver
from bot.settings.load import BotSettings, Settings
from domain.ports.connector import Line
from domain.ports.source import ChangeHint

log = structlog.get_logger()


def serve(settings: Settings) -> None:
    """Run until told to stop. Raises SettingsError before anything starts when a setting is wrong, and JournalGone when
    the journal is removed or replaced meanwhile.
    """
    bot, metrics, tally = settings.bot, Metrics(), WebhookCounts()
    pulse = scheduler.Scheduler(bot.hours.office)
    ctx = replace(bootstrap.build(settings, stop=pulse.stop.is_set), heard=tally.take)
    # The lines of the cycles; the worker of interactions has connections of its own, which nobody waits for.
    metrics.watch(_circuits(ctx))
    trouble = JournalTrouble(pulse.stop.set)
    ear = RecheckWorker(ctx, lambda job: pulse.soon(trouble.around(job)), metrics.observe_look)
    cycles = Cycles(ctx, ear, metrics, UndeliveredLog())
    reception = bootstrap.reception(settings, ctx, metrics, trouble.met)
    admit = bootstrap.admission(AT_ONCE, PER_SECOND)
    with ExitStack() as ends:
        # After the others: what they finish is still written there.
        ends.callback(ctx.journal.close)
        # Before anything is looked at: a port that cannot be had is a setting.
        health = listening(_pages(ctx, pulse, metrics, reception), bot.http_host, bot.http_port, "SLUIS_HTTP")
        ends.callback(health.close)
        entrance = _door(settings, _doorman(ctx, ear, metrics, tally, admit), reception, admit)
        if entrance:
            ends.callback(entrance.close)
        # Before the ports answer, so that a check never sees a process without its clock.
        changed, census = trouble.around(cycles.changed), trouble.around(cycles.census)
        pulse.start(changed, census, bot.sync_minutes, bot.census_at)
        _begin(health, entrance, reception, ends)
        _tell(bot, health, entrance)
        scheduler.run_until_told(pulse)
    if trouble.gone:
        raise trouble.gone


def _begin(
    health: HealthServer, entrance: HealthServer | None, reception: InteractionWorker | None, ends: ExitStack
) -> None:
    """Let the outside in."""
    health.start()
    if entrance:
        entrance.start()
    if reception:
        reception.open()
        ends.callback(reception.close)


def _tell(bot: BotSettings, health: HealthServer, entrance: HealthServer | None) -> None:
    log.info(
        "serving",
        mode=bot.mode.value,
        health=f"http://{bot.http_host}:{health.port}/healthz",
        events=f"http://{bot.events_host}:{entrance.port}/" if entrance else "none expected",
    )


@dataclass(frozen=True, slots=True)
class Cycles:
    """What the clock runs: a cycle, what is told of it, and then what came in by webhook meanwhile."""

    ctx: Context
    ear: RecheckWorker
    metrics: Metrics
    herald: UndeliveredLog

    def changed(self) -> None:
        """A cycle over what changed."""
        self._run(full=False)

    def census(self) -> None:
        """A cycle over all open tickets."""
        self._run(full=True)

    def _run(self, full: bool) -> None:
        # Between two tickets: a census of thousands would keep what came in waiting for many minutes.
        report = cycle(self.ctx, full, lambda _: self.ear.listen())
        self.metrics.observe(report)
        log.info(
            "cycle ended",
            writes=report.writes,
            exit_code=report.exit_code,
            problems=len(report.problems),
            full=full,
        )
        self._warn(report)
        self.ear.look()

    def _warn(self, report: Report) -> None:
        for line in (*report.notes, *self.herald.news(report.problems)):
            log.warning(line)
        for name, counts in report.webhooks.items():
            if refused := counts.get("refused"):
                log.warning("webhooks with a wrong signature were refused", source=name, number=refused)


def _door(
    settings: Settings, doorman: WebhookReceiver, reception: InteractionWorker | None, admit: Admit
) -> HealthServer | None:
    """The port for those who come to us; None while nobody is expected."""
    called = reception is not None and reception.called
    if not (called or doorman.expects):
        return None
    web = door()
    doorman.add_to(web)
    if reception and called:
        add_events(web, reception.receive, admit, reception.genuine)
    return listening(web, settings.bot.events_host, settings.bot.events_port, "SLUIS_EVENTS")


def _circuits(ctx: Context) -> Mapping[str, Line]:
    return {connector.name: connector.circuit for connector in ctx.connectors if connector.circuit}


def _pages(
    ctx: Context, pulse: scheduler.Scheduler, metrics: Metrics, reception: InteractionWorker | None
) -> Flask:
    """The health pages: well is whose clock, journal and line to the message service live."""

    def alive() -> Mapping[str, bool]:
        desk = {reception.name: reception.alive} if reception else {}
        return {"clock": pulse.beating, "journal": ctx.journal.answers(), **desk}

    def ready() -> Mapping[str, bool]:
        return {source.name: ctx.journal.last_success(source.name) is not None for source in ctx.sources}

    return pages(alive, ready, metrics.registry, circuits=_circuits(ctx))


def _doorman(
    ctx: Context, ear: RecheckWorker, metrics: Metrics, tally: WebhookCounts, admit: Admit
) -> WebhookReceiver:
    """Who takes webhooks in: kept in the journal, counted for Prometheus and for the next report."""

    def hear(name: str, hints: Sequence[ChangeHint]) -> int:
        return ctx.journal.record_hint(name, hints, ctx.clock())

    def count(name: str, outcome: str) -> None:
        metrics.hook(name, outcome)
        tally.add(name, outcome)

    return WebhookReceiver(ctx.inbounds, hear, ear.wake, count, admit)
