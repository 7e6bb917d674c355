"""The bot as a process of its own, which may be killed at any moment."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

from tests import clock

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.exams.preload"])
SHIFT = "EXAM_SHIFT"
"""Variable with the seconds by which the bot's clock differs from that of the machine."""

LONGEST = 90.0
"""Seconds after which a run that does not end is a failed exam."""


class Trouble(Protocol):
    """Something that goes wrong inside the bot's own process."""

    def begin(self) -> None:
        """Called in that process before it does anything."""


@dataclass(frozen=True, slots=True)
class AtCommit:
    """Die at this commit of the journal, counted from 1; just before it, or just `after` it. Commits of readers change
    nothing and are not counted.
    """

    number: int
    after: bool

    def begin(self) -> None:
        """Have this process kill itself there."""
        seen = 0

        def about_to_commit(connection: Connection) -> None:
            nonlocal seen
            seen += not connection.get_execution_options().get("sluis_read_only")
            if seen == self.number and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)

        def back_in_the_pool(*_: Any) -> None:
            if seen >= self.number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "commit", about_to_commit)
        event.listen(Pool, "checkin", back_in_the_pool)


@dataclass(frozen=True, slots=True)
class CountCommits:
    """Keep in a file how often the journal was committed to, as `AtCommit` counts."""

    file: Path

    def begin(self) -> None:
        """Count from 0."""
        seen = 0

        def commit(connection: Connection) -> None:
            nonlocal seen
            seen += not connection.get_execution_options().get("sluis_read_only")
            self.file.write_text(str(seen))

        event.listen(Engine, "commit", commit)


@dataclass(frozen=True, slots=True)
class DiskFull:
    """No file of this process may grow beyond so many bytes, as on a disk that is full."""

    bytes: int

    def begin(self) -> None:
        """Set the limit; writes beyond it fail instead of killing the process."""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.bytes, self.bytes))


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """The machine's clock is so many seconds off."""

    seconds: float

    def begin(self) -> None:
        """Let everything of ours in this process read another time."""
        clock.move(self.seconds)


class Bot:
    """One `sluis sync` that is running."""

    def __init__(self, env: Mapping[str, str], trouble: Trouble | None = None) -> None:
        self._said = Path(env["REGISTER_FILE"]).with_name("said.txt")
        self._process: BaseProcess = _FORKS.Process(target=_run, args=(dict(env), trouble, self._said))
        self._process.start()

    @property
    def output(self) -> str:
        """What it printed so far, reports and problems alike."""
        return self._said.read_text(encoding="utf-8", errors="replace") if self._said.exists() else ""

    def kill(self) -> None:
        """SIGKILL: nothing of the process can run after this."""
        self._process.kill()

    def wait(self, seconds: float = LONGEST) -> int | None:
        """The exit code, negative for a signal; None when it still runs after so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode

    @property
    def killed(self) -> bool:
        """Whether it died by SIGKILL."""
        return self._process.exitcode == -signal.SIGKILL


def _run(env: Mapping[str, str], trouble: Trouble | None, said: Path) -> None:
    os.environ.update(env)
    os.chdir(said.parent)  # so that no .env of this folder is read
    with said.open("w") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    clock.move(float(env.get(SHIFT, 0)))
    if trouble:
        trouble.begin()
    from bot.cli import main

    sys.argv = ["sluis", "sync"]
    main()
