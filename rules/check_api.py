"""What a check is asked to judge: which assets make it asked, and the rule's parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.asset import Because, Subject
from domain.facts import Facts
from rules.outcome import Outcome


class Params(BaseModel):
    """Parameters of a check as a pack gives them under `with`; a check without any takes this one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class CheckInput(Generic[P]):
    """One rule asked of one ticket. `because` holds only certain reasons; `subjects` the assets they name."""

    params: P
    because: tuple[Because, ...] = ()
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Check(Generic[P]):
    """A check of the registry: a total, pure function and the parameters it takes. One that `reads_notices` looks at
    what was handed over, and is judged anew when that has changed; from all others the engine keeps it.
    """

    run: Callable[[Facts, CheckInput[P]], Outcome]
    params: type[P]
    reads_notices: bool = False
