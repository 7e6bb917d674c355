"""`make bench`, second half: what a cycle asks of a source with 10,000 tickets, how long it takes, and how much memory.

The sandbox runs in this process and the bot in one of its own, so that its peak memory is that of the bot alone. The
bot observes and starts with a mark: what is counted is finding and reading what changed, as a bot does that has been
running for long. CENSUS=1 measures the nightly look at all of them too, which takes minutes.

A source is measured by adding its factory to `FACTORIES`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import bootstrap
from bot.cycle.cycle import cycle
from bot.settings.load import load_settings
from sandbox.jira.app import JiraSandbox
from sandbox.server import Server
from sandbox.servicenow.app import INTEGRATION_PASSWORD, INTEGRATION_USER, ServiceNowSandbox

TICKETS = 10_000
CHANGES = (0, 1, 100)
LONG_AGO = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Bench:
    """A system full of tickets.

    env     the bot's settings for it
    change  changes so many tickets, each time other ones
    """

    name: str
    server: Server
    env: Mapping[str, str]
    change: Callable[[int], None]


def jira(tickets: int, *, data_center: bool = False) -> Bench:
    """A Jira of which half of the tickets are in a service project, with an approval."""
    site, turn = JiraSandbox(server=data_center), iter(range(tickets))
    tom = site.add_user("Tom Willems")
    token = site.add_user("Sluiswachter", "acc-sluis", email="sluis@example.org", token="bench").token
    site.add_field("Affected services", "services")
    site.add_field("Test plan", "text")
    site.add_field("Approvals", "approvals")
    site.clock = lambda: datetime.now(UTC) - LONG_AGO
    keys = []
    for number in range(tickets):
        project = "CHG" if number % 2 == 0 else "OPS"
        keys.append(site.add_issue(project, "Change", f"Change {number}", {}, by=tom, jsm=project == "CHG"))
        if project == "CHG":
            site.request_approval(keys[-1], "CAB", [tom])
    for key in keys[-40::2]:
        site.transition(key, "Awaiting approval", tom)
    site.clock = lambda: datetime.now(UTC)

    def change(count: int) -> None:
        for _ in range(count):
            site.set_field(keys[next(turn)], "Test plan", "Plan of 12 cases", tom)

    who = {"JIRA_PAT": token} if data_center else {"JIRA_EMAIL": "sluis@example.org", "JIRA_API_TOKEN": token}
    server = Server(site.app)
    env = {"JIRA_URL": server.url, "JIRA_PROJECTS": "CHG,OPS", **who}
    return Bench("jira (data center)" if data_center else "jira (cloud)", server, env, change)


def servicenow(tickets: int) -> Bench:
    """An instance of which every change touches one of 200 items, half of them one more, with an approval each."""
    site, turn = ServiceNowSandbox(lambda: datetime.now(UTC) - LONG_AGO), iter(range(tickets))
    tom = site.add_user("Tom Willems")
    items = [
        site.add_ci(name=f"Service {number}", u_confidentiality=number % 5 + 1, owned_by=tom)
        for number in range(200)
    ]
    changes = []
    for number in range(tickets):
        item, other = items[number % 200], items[(number + 1) % 200]
        changes.append(site.add_change(short_description=f"Change {number}", requested_by=tom, cmdb_ci=item))
        if number % 2:
            site.add_affected_ci(changes[-1], other)
        site.request_approval(changes[-1], tom)
    site.state.clock = lambda: datetime.now(UTC)

    def change(count: int) -> None:
        for _ in range(count):
            site.set("change_request", changes[next(turn)], "tom.willems", test_plan="Plan of 12 cases")

    server = Server(site.app)
    who = {"SERVICENOW_USER": INTEGRATION_USER, "SERVICENOW_PASSWORD": INTEGRATION_PASSWORD}
    return Bench("servicenow", server, {"SERVICENOW_URL": server.url, **who}, change)


FACTORIES: Mapping[str, Callable[[int], Bench]] = {
    "jira": jira,
    "jira-dc": lambda tickets: jira(tickets, data_center=True),
    "servicenow": servicenow,
}


def main() -> None:
    """Print the figures of each source."""
    for factory in FACTORIES.values():
        bench = factory(TICKETS)
        try:
            for line in measured(bench, census=os.environ.get("CENSUS") == "1"):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
        finally:
            bench.server.stop()


def measured(bench: Bench, *, census: bool = False, tickets: int = TICKETS) -> Iterator[str]:
    """A line for each number of changes, with the requests by address; the first cycle also learns the site."""
    yield f"{bench.name}, {tickets} tickets"
    with _bot(bench) as run:
        yield _line("the first after a start", _one(bench, run, full=False))
        for count in CHANGES:
            bench.change(count)
            done = _one(bench, run, full=False)
            yield _line(f"{count} changed", done)
            if done["read"] != count:
                raise SystemExit(f"{done['read']} tickets were read instead of {count}: {done['problems']}")
        if census:
            yield _line("census of all", _one(bench, run, full=True))


def _line(what: str, done: Mapping[str, Any]) -> str:
    return (
        f"  {what}: {done['requests']} requests, {done['seconds']:.2f} s, peak {done['peak_mb']:.0f} MB, "
        f"{done['read']} tickets read"
    )


def _one(bench: Bench, run: Callable[[bool], dict[str, Any]], *, full: bool) -> dict[str, Any]:
    before = bench.server.count()
    done = run(full)
    return done | {"requests": bench.server.count() - before}


@contextmanager
def _bot(bench: Bench) -> Iterator[Callable[[bool], dict[str, Any]]]:
    """The bot in a process of its own; gives a function that runs a cycle there and tells what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "SLUIS_DATABASE_URL": f"sqlite:///{Path(folder) / 'sluis.db'}",
            **bench.env,
        }
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench_cycle", "--bot"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            text=True,
        ) as child:

            def run(full: bool) -> dict[str, Any]:
                assert child.stdin and child.stdout
                child.stdin.write("full\n" if full else "cycle\n")
                child.stdin.flush()
                told: dict[str, Any] = json.loads(child.stdout.readline())
                return told

            yield run
            assert child.stdin
            child.stdin.close()


def bot() -> None:
    """The bot's side: a cycle for each line on stdin, what came of it as a line of JSON on stdout."""
    ctx = bootstrap.build(load_settings())
    for source in ctx.sources:
        ctx.journal.set_mark(source.name, datetime.now(UTC))
    for line in sys.stdin:
        started = time.perf_counter()
        done = cycle(ctx, full=line.strip() == "full")
        told = {
            "seconds": time.perf_counter() - started,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "read": sum(count.read for count in done.sources.values()),
            "problems": done.problems[:3],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    ctx.journal.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bot", action="store_true")
    bot() if parser.parse_args().bot else main()
