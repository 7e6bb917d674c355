"""An interaction about one ticket, as the handler and those who work for it hand it on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.journal import Decided
from bot.policy.ticket_summary import Overview
from domain.facts import Facts
from domain.finding import Finding
from domain.people import Person
from rules.grouping import RequirementGroup


class InteractionRefused(Exception):
    """Nothing was done, and this is what is said of it."""

    def __init__(self, made: Decided) -> None:
        super().__init__(made.outcome)
        self.made = made


@dataclass(frozen=True, slots=True)
class TicketView:
    """An interaction about a ticket, with the person as the ticket's system knows them, and how it stands now."""

    facts: Facts
    findings: tuple[Finding, ...]
    lines: tuple[RequirementGroup, ...]
    view: Overview
    person: Person

    @property
    def ticket(self) -> str:
        """ "source:id" of the ticket."""
        return self.facts.ticket.subject

    def made(self, outcome: str, **answer: object) -> Decided:
        """What came of the interaction, by this person, about this ticket."""
        return Decided(outcome, answer, self.ticket, self.person.id, self.person.name)
