"""The promises hold whatever people and machines do, in any order. `make exam-properties` looks for longer."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from story import Story

from bot.journal import Journal, open_journal
from bot.journal.outbox_row import OutboxRow
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.ticket import Ticket, TicketRef

STORIES = int(os.environ.get("STORIES", "0"))
QUICK = settings(
    max_examples=STORIES or 9,
    stateful_step_count=30 if STORIES else 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not STORIES,
    database=None,
    print_blob=False,
    phases=(Phase.generate, Phase.shrink),
)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty journal to copy."""
    path = tmp_path_factory.mktemp("harbour") / "empty.db"
    open_journal(f"sqlite:///{path}").close()
    return path


@pytest.mark.long
def test_the_promises_hold_in_any_order_of_events(template: Path) -> None:
    Story.template = template
    run_state_machine_as_test(Story, settings=QUICK)


class TrustsTheStamp(Journal):
    """Takes a ticket it knows for one that did not change."""

    def seen(self, ref: TicketRef) -> bool:
        return ref.id in self.tracked(ref.source)


class ForgetsItsWrites(Journal):
    """Believes that every write is still to be done for the first time."""

    def confirm(self, slot: OutboxRow, remote_id: str, now: datetime) -> bool:
        return super().confirm(slot, remote_id, now) and bool(self.forget(slot))


class BelievesTheDark(Journal):
    """Keeps what cannot be known as if it were in order."""

    def store(self, ticket: Ticket, findings: Sequence[Finding], *rest: Any, **more: Any) -> None:
        bright = [replace(f, verdict=Verdict.MET) if f.verdict is Verdict.UNKNOWN else f for f in findings]
        super().store(ticket, bright, *rest, **more)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mutant", "told"),
    [
        (TrustsTheStamp, "something else than what holds"),
        (ForgetsItsWrites, "wrote although nothing had changed|twice on"),
        (BelievesTheDark, "met though unknown|approved though"),
    ],
)
def test_a_bot_with_a_deliberate_fault_is_found_out(template: Path, mutant: type[Journal], told: str) -> None:
    class Broken(Story):
        journal = mutant

    Broken.template = template
    with pytest.raises((AssertionError, ExceptionGroup)) as caught:
        run_state_machine_as_test(Broken, settings=settings(QUICK, max_examples=40, phases=[Phase.generate]))
    assert re.search(told, str(_first(caught.value)))


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
