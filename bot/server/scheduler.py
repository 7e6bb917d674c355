"""The embedded clock: APScheduler ticks that run a cycle, a nightly census, and a clean way out.

The main thread waits for a signal; ticks run in one worker, so that cycles never overlap. SIGTERM sets an
event that the cycle asks between two tickets: the ticket in hand is finished, then the process leaves.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime, time

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from domain.working_calendar import Calendar

log = structlog.get_logger()

GRACE = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
"""A late tick runs late, once: a scheduler that slept does not skip its work, nor catch up tick by tick."""


class Scheduler:
    """The clock of one process. `stop` is set when the process is told to leave."""

    def __init__(self, calendar: Calendar) -> None:
        self.stop = threading.Event()
        self.scheduler = BackgroundScheduler(
            # One worker: two cycles at once would post everything twice.
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults=GRACE,
            timezone=calendar.timezone,
        )
        self.scheduler.add_listener(_failed, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def start(self, sync: Callable[[], None], census: Callable[[], None], minutes: int, at: time) -> None:
        """Start ticking: a cycle at once and every `minutes`, a census daily at the office's time `at`."""
        now = datetime.now(self.scheduler.timezone)
        self.scheduler.add_job(sync, IntervalTrigger(minutes=minutes), id="sync", next_run_time=now)
        self.scheduler.add_job(census, CronTrigger(hour=at.hour, minute=at.minute), id="census")
        self.scheduler.start()

    @property
    def beating(self) -> bool:
        """True while the scheduler runs."""
        return bool(self.scheduler.running) and not self.stop.is_set()

    def soon(self, job: Callable[[], None]) -> None:
        """Run a job once, when the worker is free: never beside a cycle."""
        self.scheduler.add_job(job)


def run_until_told(pulse: Scheduler) -> None:
    """Wait for SIGTERM or SIGINT, then finish what is in hand. A second signal ends the process at once."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: _leave(pulse, signum))
    while not pulse.stop.wait(1.0):
        pass
    log.info("stopping: finishing the ticket in hand")
    # First, so that no tick begins while the job in hand is waited for.
    pulse.scheduler.pause()
    pulse.scheduler.shutdown(wait=True)


def _leave(pulse: Scheduler, number: int) -> None:
    if pulse.stop.is_set():
        # Somebody who asks twice does not want to wait for the ticket in hand.
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    pulse.stop.set()


def _failed(event: JobExecutionEvent) -> None:
    log.error("scheduled job did not run well", job=event.job_id, error=type(event.exception).__name__)
