"""It runs through change management: the ticket is a change or a release, or links to one."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from domain.ticket import TicketKind
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Outcome, Result, combine

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by what the ticket is, else by a linked change."""
    wanted = say("Link the change by which this is carried out.")
    if facts.ticket.kind in (TicketKind.CHANGE, TicketKind.RELEASE):
        return Outcome(Result.MET, say("This ticket runs through change management itself."), wanted)
    return combine([observe_filled(facts, "changes")], wanted, settlers(facts))
