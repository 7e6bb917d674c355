"""The names and labels of the figures for Prometheus: dashboards and alerts go by them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.metrics import Metrics
from bot.report import Report
from domain.lifecycle import Verdict

FIGURES = {
    "sluis_runs": ("counter", ("exit_code",)),
    "sluis_tickets": ("counter", ("source", "outcome")),
    "sluis_effects": ("counter", ("outcome",)),
    "sluis_webhooks": ("counter", ("source", "outcome")),
    "sluis_verdicts": ("gauge", ("verdict",)),
    "sluis_nothing_asked": ("gauge", ("why",)),
    "sluis_circuit_open": ("gauge", ("system",)),
    "sluis_last_run_timestamp_seconds": ("gauge", ()),
    "sluis_deeds": ("counter", ("outcome",)),
    "sluis_deed_kept_seconds": ("histogram", ()),
    "sluis_desk_silence_seconds": ("gauge", ()),
    "sluis_deeds_waiting": ("gauge", ()),
}


class Open:
    """A line that is open."""

    open = True


def test_names_kinds_and_labels() -> None:
    metrics, moment = Metrics(), datetime(2026, 3, 2, tzinfo=UTC)
    report = Report("act", moment, ended=moment)
    report.source("jira")
    report.verdicts["met"] += 1
    report.add({"created": 1})
    metrics.observe(report)
    metrics.hook("jira", "kept")
    metrics.watch({"jira": Open()})  # type: ignore[dict-item]
    metrics.kept(0.1)
    metrics.did("seen")
    metrics.watch_desk(lambda: None, lambda: 0)
    found = {
        family.name: (family.type, tuple(n for n in family.samples[0].labels if n != "le"))
        for family in metrics.registry.collect()
    }
    assert found == FIGURES


def test_outcomes_of_tickets() -> None:
    metrics, report = Metrics(), Report("act", datetime(2026, 3, 2, tzinfo=UTC))
    report.source("jira")
    metrics.observe_look(report)
    tickets = next(family for family in metrics.registry.collect() if family.name == "sluis_tickets")
    outcomes = {sample.labels["outcome"] for sample in tickets.samples}
    assert outcomes == {"read", "unchanged", "failed"}


def test_a_verdict_that_no_ticket_has_any_more_counts_none() -> None:
    metrics, moment = Metrics(), datetime(2026, 3, 2, tzinfo=UTC)
    for found in ({"late": 2, "met": 1}, {"met": 3}):
        report = Report("act", moment)
        report.verdicts.update(found)
        metrics.observe(report)
    verdicts = next(family for family in metrics.registry.collect() if family.name == "sluis_verdicts")
    counts = {sample.labels["verdict"]: sample.value for sample in verdicts.samples}
    assert counts == dict.fromkeys(Verdict, 0) | {"met": 3}
