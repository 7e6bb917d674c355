"""Figures about runs for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.report import Report
from domain.lifecycle import Verdict
from domain.ports.connector import Line
from rules.nothing_asked import WhyNothing


class Metrics:
    """Counters and gauges, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Dashboards and alerts go by these names and labels: they stay as they were first given out (tests/pins).
        self._runs = Counter("sluis_runs", "Cycles by exit code.", ["exit_code"], registry=self.registry)
        self._tickets = Counter(
            "sluis_tickets", "Tickets by source and outcome.", ["source", "outcome"], registry=self.registry
        )
        self._effects = Counter("sluis_effects", "Messages by outcome.", ["outcome"], registry=self.registry)
        self._hooks = Counter(
            "sluis_webhooks", "Webhooks by system and outcome.", ["source", "outcome"], registry=self.registry
        )
        self._verdicts = Gauge(
            "sluis_verdicts", "Verdicts in the last cycle.", ["verdict"], registry=self.registry
        )
        self._unasked = Gauge(
            "sluis_nothing_asked",
            "Tickets of the last cycle of which no rule asked anything, by the reason.",
            ["why"],
            registry=self.registry,
        )
        self._circuits = Gauge(
            "sluis_circuit_open",
            "1 while nothing is asked of a system: it does not answer, or wants to be left alone.",
            ["system"],
            registry=self.registry,
        )
        self._ended = Gauge(
            "sluis_last_run_timestamp_seconds", "When the last cycle ended.", registry=self.registry
        )

        self._deeds = Counter(
            "sluis_deeds",
            "What people did in the message service, by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self._acknowledged = Histogram(
            "sluis_deed_kept_seconds",
            "Time to keep a deed before it is acknowledged.",
            # Up to the 3 s within which Slack wants to be answered (docs/slack-facts.md).
            buckets=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            registry=self.registry,
        )

    def hook(self, source: str, outcome: str) -> None:
        """Add one webhook."""
        self._hooks.labels(source, outcome).inc()

    def watch(self, circuits: Mapping[str, Line]) -> None:
        """Show how these lines are at any moment."""
        for system, line in circuits.items():
            self._circuits.labels(system).set_function(partial(_opened, line))

    def kept(self, seconds: float) -> None:
        """An interaction was kept, and is acknowledged now."""
        self._acknowledged.observe(seconds)

    def did(self, outcome: str) -> None:
        """An interaction was worked off."""
        self._deeds.labels(outcome).inc()

    def watch_desk(self, silence: Callable[[], float | None], waiting: Callable[[], int]) -> None:
        """Show how long the message service has been silent, and how many interactions wait, whenever asked."""
        quiet = Gauge(
            "sluis_desk_silence_seconds",
            "Seconds since the message service last answered a ping; 0 where it comes to us.",
            registry=self.registry,
        )
        quiet.set_function(lambda: silence() or 0.0)
        queue = Gauge("sluis_deeds_waiting", "Deeds not worked off yet.", registry=self.registry)
        queue.set_function(waiting)

    def observe(self, report: Report) -> None:
        """Add one run."""
        self._runs.labels(str(report.exit_code)).inc()
        self.observe_look(report)
        # Each of them: one that no ticket has any more would keep the number of an earlier cycle.
        for verdict in Verdict:
            self._verdicts.labels(verdict.value).set(report.verdicts.get(verdict.value, 0))
        for why in WhyNothing:
            self._unasked.labels(why.value).set(report.unasked.get(why.value, 0))
        if report.ended:
            self._ended.set(report.ended.timestamp())

    def observe_look(self, report: Report) -> None:
        """Add what was done on a hint: tickets and messages. It says nothing about all tickets."""
        for name, count in report.sources.items():
            self._tickets.labels(name, "read").inc(count.read)
            self._tickets.labels(name, "unchanged").inc(count.unchanged)
            self._tickets.labels(name, "failed").inc(count.failed)
        for outcome, number in report.delivered.items():
            self._effects.labels(outcome).inc(number)


def _opened(line: Line) -> float:
    return float(line.open)
