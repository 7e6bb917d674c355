"""What is not to be reminded of now, because somebody asked to wait."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.context import Context
from bot.intake.accounts import team_members
from bot.policy.audience import Audience
from bot.policy.reminders import Due, all_snoozed
from domain.people import Person, Role
from domain.ports.errors import SourceError


@dataclass(slots=True)
class Snoozed:
    """Who asked to be left in peace, by the journal; who is in an audience is asked only where somebody did."""

    ctx: Context
    _members: dict[tuple[str, Audience], tuple[Person, ...]] = field(default_factory=dict)

    def resting(self, one: Due, audience: Audience) -> bool:
        """Whether everybody of the audience asked for rest from this ticket."""
        if not one.pauses:
            return False
        steps = self.ctx.policy.reminders.remind_days
        return all_snoozed(one, self._people(one, audience), one.pauses, steps, one.facts.now)

    def _people(self, one: Due, audience: Audience) -> tuple[Person, ...]:
        if isinstance(audience, Person):
            return (audience,)
        if isinstance(audience, Role):
            members = one.facts.role(audience)
            return members.people if members.readable else ()
        key = one.facts.ticket.source, audience
        if key not in self._members:
            source = next(s for s in self.ctx.sources if s.name == key[0])
            try:
                self._members[key] = team_members(source, one.facts.ticket.team)
            except SourceError:  # who cannot be asked for is reminded
                self._members[key] = ()
        return self._members[key]
