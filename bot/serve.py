"""`sluis serve`: the clock, the health port, webhooks, and a clean way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot import app, schedule
from bot.ear import Ear
from bot.metrics import Metrics
from bot.pipeline import cycle
from bot.settings import Settings
from bot.web.health import HealthServer
from bot.web.health import app as pages
from bot.web.hooks import Doorman, Tally

log = structlog.get_logger()


def serve(settings: Settings) -> None:
    """Run until told to stop. Raises SettingsError before anything starts when a setting is wrong."""
    metrics, tally = Metrics(), Tally()
    pulse: schedule.Pulse | None = None
    ctx = app.build(settings, stop=lambda: pulse is not None and pulse.stop.is_set())
    ctx = replace(ctx, heard=tally.take)

    def soon(job: Callable[[], None]) -> None:
        if pulse is not None:
            pulse.soon(job)

    ear = Ear(ctx, soon, metrics.observe_look)

    def count(name: str, outcome: str) -> None:
        metrics.hook(name, outcome)
        tally.add(name, outcome)

    circuits = {c.name: c.circuit for c in ctx.connectors if c.circuit}
    metrics.watch(circuits)

    def run(full: bool) -> None:
        done = cycle(ctx, full, lambda _: ear.listen())
        metrics.observe(done)
        log.info(
            "cycle ended",
            writes=done.writes,
            exit_code=done.exit_code,
            problems=len(done.problems),
            full=full,
        )
        for line in (*done.notes, *done.problems):
            log.warning(line)
        for name, counts in done.webhooks.items():
            if refused := counts.get("refused"):
                log.warning("webhooks with a wrong signature were refused", source=name, number=refused)
        ear.look()

    bot = settings.bot
    reception = app.reception(settings, ctx, metrics)
    pulse = schedule.start(
        lambda: run(False), lambda: run(True), bot.sync_minutes, bot.census_at, bot.calendar
    )
    beat = pulse
    web = pages(
        alive=lambda: {
            "clock": beat.beating,
            "journal": ctx.journal.answers(),
            **({reception.name: reception.alive} if reception else {}),
        },
        ready=lambda: {
            source.name: ctx.journal.last_success(source.name) is not None for source in ctx.sources
        },
        registry=metrics.registry,
        circuits=circuits,
        receive=reception.receive if reception else None,
    )
    hear = lambda name, hints: ctx.journal.hear(name, hints, ctx.clock())  # noqa: E731
    Doorman(ctx.inbounds, hear, ear.wake, count).add_to(web)
    health = HealthServer(web, bot.http_host, bot.http_port)
    if reception:
        reception.open()
    log.info("serving", mode=bot.mode.value, health=f"http://{bot.http_host}:{health.port}/healthz")
    try:
        schedule.run_until_told(pulse)
    finally:
        if reception:
            reception.close()
        health.close()
        ctx.journal.close()
