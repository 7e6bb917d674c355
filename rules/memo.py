"""What is worked out of facts once, however many rules ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from domain.facts import Facts

P = ParamSpec("P")
R = TypeVar("R")


def once_per_facts(work: Callable[Concatenate[Facts, P], R]) -> Callable[Concatenate[Facts, P], R]:
    """The same function, which keeps its answers with the facts they are of. Its other arguments are hashable; what it
    gives is not changed by whoever gets it.
    """

    @wraps(work)
    def kept(facts: Facts, *args: P.args, **kwargs: P.kwargs) -> R:
        # Facts that were changed are other facts: `replace` gives them an empty memo.
        key = (work, args, tuple(kwargs.items()))
        if key not in facts.memo:
            facts.memo[key] = work(facts, *args, **kwargs)
        return cast(R, facts.memo[key])

    return cast(Callable[Concatenate[Facts, P], R], kept)
