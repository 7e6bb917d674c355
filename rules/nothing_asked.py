"""That no rule at all was asked of a ticket, and why: which is another thing than that all is in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import State
from domain.sentence import Say, say
from rules.applicability import begun, judged_at, judged_on
from rules.loading.loader import Pack, in_force
from rules.nonsense import believed


class WhyNothing(StrEnum):
    """Why nothing is asked: no norm is switched on, none was in force on the day that counts, or those that were ask
    nothing of such a ticket.
    """

    NO_NORM = "no_norm"
    NOT_IN_FORCE = "not_in_force"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class NothingAsked:
    """Why no rule was asked of a ticket. `at` (UTC) is on the day by which it is judged, `begun` whether its rollout
    began then.
    """

    why: WhyNothing
    at: datetime
    begun: bool

    @property
    def told(self) -> Say:
        """The reason, as a sentence."""
        match self.why:
            case WhyNothing.NO_NORM:
                return say("Nothing was judged: no norm is switched on here.")
            case WhyNothing.NOT_IN_FORCE if self.begun:
                return say(
                    "Nothing was judged: the rollout began on {at}, when none of the norms used here was in force.",
                    at=self.at,
                )
            case WhyNothing.NOT_IN_FORCE:
                return say(
                    "Nothing was judged: none of the norms used here is in force on {at}, by which this is judged.",
                    at=self.at,
                )
            case _:
                return say("Nothing was judged: the norms used here ask nothing of a ticket like this one.")


def nothing_asked(facts: Facts, packs: Sequence[Pack], findings: Sequence[Finding]) -> NothingAsked | None:
    """Why there are no findings; None where there are, and for a canceled ticket, of which nothing is asked at all."""
    if findings or facts.ticket.state is State.CANCELED:
        return None
    facts = believed(facts)
    if not packs:
        why = WhyNothing.NO_NORM
    elif not in_force(packs, judged_on(facts)):
        why = WhyNothing.NOT_IN_FORCE
    else:
        why = WhyNothing.NOT_ASKED
    return NothingAsked(why, judged_at(facts), begun(facts))
