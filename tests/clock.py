"""The clock of the suite: everything of ours reads an ordinary Wednesday morning from it, and time goes on from there.

`python -m tests.clock 86400 sync` is `sluis sync` on a machine whose clock is a day ahead. `make exam-days` sets
`SUITE_CLOCK=machine`, so that the suite takes the days that the exam gives to the machine. What only waits
(`time.sleep`, `time.monotonic`) is left alone.
"""

from __future__ import annotations

import linecache
import os
import runpy
import select
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

_OF_THE_MACHINE = os.environ.get("SUITE_CLOCK") == "machine"
START = datetime.now(UTC) if _OF_THE_MACHINE else datetime(2026, 9, 9, 8, tzinfo=UTC)
"""A Wednesday, with no holiday of Belgium or the Netherlands and no change of the clocks in the weeks around it."""

_FAKED = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT", "SUITE_CLOCK", "TZ")
"""Variables of the exam, which a process has to be given to be on the same clock."""

if _OF_THE_MACHINE:
    # libfaketime 0.9.10 takes the moment until which Python sleeps for one of the clock that it fakes, and refuses.
    time.sleep = lambda seconds: select.select((), (), (), seconds) and None

_OURS = ("bot", "connectors", "rules", "domain", "sandbox", "apscheduler")
"""The scheduler is told in our time when to tick."""


class _AnyMoment(type(datetime)):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Moved(datetime, metaclass=_AnyMoment):
    """Stands for `datetime` in our modules; only what it says of the present differs."""

    shift = timedelta()

    def __new__(cls, *given: int, **named: int) -> datetime:  # type: ignore[misc]
        return datetime(*given, **named)  # type: ignore[arg-type]  # noqa: DTZ001

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.shift


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        give(module)


class _Finder:
    """Modules that are imported later get the clock too."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] not in _OURS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(name, spec.loader.path)
        return spec


def give(module: ModuleType) -> None:
    """Let a module read the clock that can be moved, if it asks what time it is; to others `datetime` is but a type."""
    if vars(module).get("datetime") is not datetime or not module.__file__:
        return
    if any("datetime.now(" in line for line in linecache.getlines(module.__file__)):
        module.datetime = _Moved  # type: ignore[attr-defined]


def move(seconds: float) -> None:
    """All modules of ours in this process read a time so much later (or earlier), also when the network was asked to
    wait until then: as on a machine whose clock was set.
    """
    _Moved.shift += timedelta(seconds=seconds)
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _OURS:
            give(module)


def begin() -> None:
    """It is `START` again."""
    if not _OF_THE_MACHINE:
        move((START - _Moved.now(UTC)).total_seconds())


def sluis(*words: str) -> list[str]:
    """The command for a process of its own, on the clock as it stands here. It needs this project on PYTHONPATH."""
    given = [f"{name}={os.environ[name]}" for name in _FAKED if name in os.environ] if _OF_THE_MACHINE else []
    shift = str(_Moved.shift.total_seconds())
    return [*(["env", *given] if given else []), sys.executable, "-m", "tests.clock", shift, *words]


if __name__ == "__main__":
    from tests import clock  # not this copy of it, which bears the name of a program

    clock.move(float(sys.argv.pop(1)))
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
