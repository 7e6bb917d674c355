"""An owner of each asset approved: the asset's own, else the application owner the ticket names."""

from __future__ import annotations

from domain.facts import Facts
from rules.approval.decisions import UNREAD, with_later_changes
from rules.approval.owners import WANTED, ask_owners
from rules.approval.people import also_requested
from rules.check_api import CheckInput, OfNamedAssets
from rules.outcome import Outcome, Result, combine, with_told
from rules.wording import sentences

PARAMS = OfNamedAssets


def check(facts: Facts, demand: CheckInput[OfNamedAssets]) -> Outcome:
    """Met when for every asset one of its owners approved and none rejected."""
    if not facts.ticket.approvals_readable:
        return Outcome(Result.UNKNOWN, UNREAD, WANTED)
    asked = [ask_owners(facts, subject) for subject in demand.subjects]
    # Who owns several of the assets is told and asked once.
    looks = list(dict.fromkeys(look for one in asked for look in one.looks))
    who = tuple(dict.fromkeys(actor for one in asked for actor in one.who))
    outcome = combine(looks, sentences(*(one.wanted for one in asked)), who)
    given = [vote for one in asked for vote in one.votes]
    told = also_requested(facts, (vote.person for vote in given if vote.holds))
    return with_later_changes(facts, demand.subjects, given, with_told(outcome, told))
