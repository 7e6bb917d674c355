"""A line that rests is seen in the health answer and in the metrics, and makes neither fail."""

from __future__ import annotations

from prometheus_client import generate_latest

from bot.metrics import Metrics
from bot.server.health import app


class FakeLine:
    """A line to a system."""

    open = False


def test_a_line_that_rests_is_shown_at_any_moment() -> None:
    line, metrics = FakeLine(), Metrics()
    circuits = {"jira": line}
    metrics.watch(circuits)
    pages = app(lambda: {"clock": True}, lambda: {}, metrics.registry, circuits=circuits).test_client()
    seen = []
    for line.open in (False, True, False):
        answer = pages.get("/healthz")
        (figure,) = (
            row
            for row in generate_latest(metrics.registry).decode().splitlines()
            if row.startswith("sluis_circuit")
        )
        seen.append((answer.status_code, answer.json["systems"], figure.rpartition(" ")[2]))
    assert seen == [
        (200, {"jira": "in use"}, "0.0"),
        (200, {"jira": "resting"}, "1.0"),
        (200, {"jira": "in use"}, "0.0"),
    ]
    assert pages.get("/healthz").json["clock"] is True
