"""Hears what people do in the message service: each interaction is kept in the journal before it is acknowledged, then
worked off by one worker. A killed process loses none; an interaction that is delivered again is kept once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot.context import Context
from bot.error_barrier import isolate_errors
from bot.interactions.handler import InteractionHandler
from bot.journal import Decided, InteractionRow, JournalError
from bot.messages import snooze_modal, waiver_modal
from bot.policy.actions import Action
from domain.ports.errors import Gone, SourceError
from domain.ports.interactions import Interaction, InteractionGateway, InteractionKind

log = structlog.get_logger()

LEASE = 120
"""Seconds for which an interaction is one worker's: longer than reading a ticket takes, so that no other begins it.
That of a process that was killed is free at once: on SQLite to the next one, on PostgreSQL to every replica.
"""

PATIENCE = 5
"""How often an answer is tried, each time after twice as long."""

SILENT = 60.0
"""Seconds of silence of the message service after which we are not well."""

_FORESEEN = (JournalError,)

LOOK = 1.0
"""Seconds between two looks at the queue; what comes in wakes the worker at once."""


class InteractionWorker:
    """Takes interactions from the gateway and works them off. `on_kept` hears the seconds before each acknowledgement,
    `on_done` the outcome of each interaction, `on_trouble` that the journal cannot be used.
    """

    def __init__(
        self,
        ctx: Context,
        desk: InteractionGateway,
        on_kept: Callable[[float], None] = lambda _: None,
        on_done: Callable[[str], None] = lambda _: None,
        on_trouble: Callable[[JournalError], None] | None = None,
    ) -> None:
        self._ctx, self._desk, self._clerk = ctx, desk, InteractionHandler(ctx, desk)
        self._on_kept, self._on_done = on_kept, on_done
        self._on_trouble = on_trouble or (lambda error: log.error(str(error)))
        self._wake, self._over = threading.Event(), threading.Event()
        self._worker = threading.Thread(target=self._run, name="reception", daemon=True)

    @property
    def name(self) -> str:
        """The message service."""
        return self._desk.name

    @property
    def alive(self) -> bool:
        """Whether the worker works and the service was heard from lately."""
        silence = self._desk.silence()
        return self._worker.is_alive() and (silence is None or silence < SILENT)

    def open(self) -> None:
        """Begin to listen, and to work off what was kept before."""
        self._worker.start()
        self._desk.open(self.take)

    def close(self) -> None:
        """Take nothing any more, and finish the interaction in hand. The others wait in the journal."""
        self._desk.close()
        self._over.set()
        self._wake.set()
        self._worker.join()

    @property
    def called(self) -> bool:
        """Whether the service comes to us over HTTP."""
        return self._desk.called

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a request over HTTP is signed."""
        return self._desk.genuine(headers, body)

    def receive(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        """An interaction that comes over HTTP."""
        return self._desk.receive(headers, body)

    def take(self, one: Interaction) -> Mapping[str, Any] | None:
        """Keep an interaction; a form shows meanwhile that it is looked at. What raises here is not acknowledged, so
        that the person is told by the service itself.
        """
        started = time.monotonic()
        self._ctx.journal.keep(one, self._ctx.clock())
        self._wake.set()
        self._on_kept(time.monotonic() - started)
        noted = waiver_modal.noted(one.value) if one.deed is InteractionKind.FORM else None
        if noted is None:
            return None
        waiting = snooze_modal.waiting if one.action == Action.SNOOZE.value else waiver_modal.waiting
        return waiting(self._ctx.speak.to(noted[1]))

    def work_off(self) -> int:
        """Work on everything that is due now; gives how many interactions that was."""
        done, journal = 0, self._ctx.journal
        # By a reading look: one that writes would wait for the cycles, once a second, for nothing.
        if not journal.waiting_interactions():
            return done
        journal.free_dead_leases()  # what another replica was at when it was killed is not waited for
        owner = journal.own_name()
        while not self._over.is_set():
            deed = journal.next_interaction(owner, self._ctx.clock(), LEASE)
            if deed is None:
                break
            self._work(deed, owner)
            done += 1
        return done

    def _run(self) -> None:
        while not self._over.is_set():
            # Before the queue is read: an interaction that comes in while it is being read wakes us again.
            self._wake.clear()
            done = 0
            try:
                done = isolate_errors(self.work_off, lambda _: 0, "deeds could not be worked off", _FORESEEN)
            except JournalError as error:
                # It may be out of reach for a while: the worker must outlive that.
                self._on_trouble(error)
            if not done:
                self._wake.wait(LOOK)

    def _work(self, deed: InteractionRow, owner: str) -> None:
        try:
            answer = deed.answer
            # Else it was decided before, by a process that was killed or got no answer out: that alone is left to do.
            if answer is None:
                made = self._decided(deed.interaction)
                # Another worker took it over: it also answers.
                if not self._ctx.journal.decide(deed, owner, made, self._ctx.clock()):
                    return
                self._on_done(made.outcome)
                answer = made.answer
            self._answer(deed.interaction, answer)
        except SourceError as error:
            self._later(deed, error)
        else:
            self._ctx.journal.answered(deed, self._ctx.clock())

    def _decided(self, one: Interaction) -> Decided:
        return isolate_errors(
            lambda: self._clerk.work(one),
            lambda error: Decided(f"failed: {type(error).__name__}", {"tell": self._clerk.sorry()}),
            "deed could not be worked on",
            deed=one.deed.value,
            action=one.action,
        )

    def _answer(self, one: Interaction, answer: Mapping[str, Any]) -> None:
        if page := answer.get("home"):
            self._desk.home(one.user, page)
            return
        if dialog := answer.get("dialog"):
            try:
                self._desk.change(dialog[0], dialog[1])
                return
            except Gone:
                # It was closed: then it is said where it began, or directly.
                log.info("the dialog was closed before it was answered", user=one.user)
        if body := answer.get("tell"):
            self._desk.tell(one, body)

    def _later(self, deed: InteractionRow, error: SourceError) -> None:
        """Try again after a while; after some times, leave it at what is on record."""
        log.warning("deed not answered", problem=error.line, attempts=deed.attempts + 1)
        if deed.attempts + 1 >= PATIENCE:
            self._ctx.journal.answered(deed, self._ctx.clock())
            return
        # Short at first: a reply address of Slack's is worth something for half an hour only.
        wait = timedelta(seconds=2**deed.attempts)
        self._ctx.journal.try_again(deed, self._ctx.clock() + wait)
