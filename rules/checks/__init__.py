"""The checks: one pure, total function per file, each with the parameters it takes. A pack names them by that file.

Belongs here: checks alone; they are found by looking into this folder, and no list has to name them too. Not: what two
checks need, which stands in `rules`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from rules.check_api import Check


def discover(folders: Iterable[str], package: str) -> Mapping[str, Check[Any]]:
    """The checks of a package by name, in the order of their names. One that looks at the notifications that were
    delivered, or are on their way, declares `READS_NOTICES = True`. Raises ImportError, naming every module that
    declares no check.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(folders))
    modules = {name: import_module(f"{package}.{name}") for name in names}
    if lacking := [name for name, one in modules.items() if not {"check", "PARAMS"} <= vars(one).keys()]:
        raise ImportError(
            f"{package}: no check in {', '.join(lacking)}: a module here declares `check`, a function of facts and a "
            "demand, and `PARAMS`, the parameters that it takes"
        )
    return {
        name: Check(one.check, one.PARAMS, getattr(one, "READS_NOTICES", False))
        for name, one in modules.items()
    }


CHECKS: Mapping[str, Check[Any]] = discover(__path__, __name__)
