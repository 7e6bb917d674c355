"""What a check is asked to judge: which assets make it asked, and the rule's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.asset import Because, Subject
from domain.facts import Facts
from domain.finding import Addressees
from rules.outcome import Outcome


class Params(BaseModel):
    """Parameters of a check as a pack gives them under `with`; a check without any takes this one.

    What the rest of the program does for a rule beyond judging it, it asks of these parameters: so a pack of one's own
    gets whatever the packs that come along get, and no code names a rule or a check.
    """

    # A misspelt parameter is refused at load: left aside, it would keep a default in force that nobody chose.
    model_config = ConfigDict(frozen=True, extra="forbid")

    def notifies(self) -> Addressees | None:
        """Whom the bot is to notify of the handover because of this; None where it sends nothing."""
        return None

    def starts_at(self, level: int) -> int | None:
        """The class from which holds what it asks at a class, where it asks by class; None where it does not."""
        return None

    def any_hour(self) -> bool:
        """Whether its clock runs day and night, so that people are told of it at any hour."""
        return False

    def evidence_fields(self) -> tuple[str, ...]:
        """Fields whose being filled in is the evidence, where it may have to come from after the rollout."""
        return ()

    def preapprovable(self) -> bool:
        """Whether the template of a standard change may count as the decision that is asked for."""
        return False

    def of_named_assets(self) -> bool:
        """Whether it is asked of the assets that the ticket names alone, and not of what is reached over relations."""
        return False


class OfNamedAssets(Params):
    """Parameters of a check of owners, stakeholders, hours, windows or the register: what depends on an asset touched
    raises the measures of the ticket, but nobody there is asked for anything.
    """

    def of_named_assets(self) -> bool:
        """Of these alone."""
        return True


def asked_of(params: Params, facts: Facts, subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """The assets that a check is asked of, each once; in place of one that was reached, where that is what the check
    wants, the asset of the ticket from which it was.
    """
    own = {one.name: one for one in facts.subjects if not one.path} if params.of_named_assets() else {}
    # One whose beginning is not among them is kept: a check of nothing would be met.
    named = [own.get(one.path[0], one) if one.path else one for one in subjects]
    return tuple({id(one): one for one in named}.values())


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
