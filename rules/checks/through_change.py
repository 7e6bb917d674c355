"""It runs through change management: the ticket is a change or a release, or links to one."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from domain.ticket import TicketKind
from rules.approval.people import settlers
from rules.check_api import Demand, Params
from rules.field_looks import look_filled
from rules.outcome import Outcome, Result, judged

PARAMS = Params


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met by what the ticket is, else by a linked change."""
    wanted = say("Link the change by which this is carried out.")
    if facts.ticket.kind in (TicketKind.CHANGE, TicketKind.RELEASE):
        return Outcome(Result.MET, say("This ticket runs through change management itself."), wanted)
    return judged([look_filled(facts, "changes")], wanted, settlers(facts))
