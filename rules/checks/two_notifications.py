"""The handover was announced twice: available in production, and fully operational with service levels in force."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import Facts
from domain.finding import Addressees
from domain.people import Role
from domain.sentence import Quote, Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.handover_record import SOON, after_the_end, on_its_way, stakeholders
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import sentences


class TwoNotifications(OfNamedAssets):
    """To whom both are sent: the roles, and with `stakeholders` everybody the ticket and its assets name."""

    roles: tuple[Role, ...] = (Role.OPERATIONS,)
    stakeholders: bool = True

    def notifies(self) -> Addressees:
        """All to whom both are sent."""
        return Addressees(self.roles, self.stakeholders)


PARAMS = TwoNotifications
READS_NOTICES = True
_STAGES = {1: say("Available in production"), 2: say("Fully operational")}


def check(facts: Facts, demand: CheckInput[TwoNotifications]) -> Outcome:
    """Met when both were delivered, to every stakeholder that is known; they are sent by themselves once the ticket
    tells the moments.
    """
    wanted = say(
        "Record the actual end and the result, and later since when it is fully operational; "
        "both notifications are then sent by themselves."
    )
    named = stakeholders(facts, demand.subjects)[0] if demand.params.stakeholders else ()
    looks = {stage: _look(facts, stage, name, named) for stage, name in _STAGES.items()}
    outcome = combine(list(looks.values()), wanted, settlers(facts))
    lacking = [stage for stage, look in looks.items() if look.result is Result.UNMET]
    way = [one for one in facts.underway if one.stage in lacking]
    # Nothing is left to the team only where each stage that lacks is on its way.
    if not lacking or {one.stage for one in way} != set(lacking):
        return outcome
    seen = sentences(outcome.seen, on_its_way(way))
    return replace(outcome, seen=seen, who=(), again=facts.now + SOON, underway=True)


def _look(facts: Facts, stage: int, name: Say, named: tuple[str, ...]) -> Observation:
    sent = [notice for notice in after_the_end(facts) if notice.stage == stage and notice.recipients]
    if not sent:
        return Observation(name, Result.UNMET, say("Not announced yet: {stage}.", stage=name))
    reached = {one.casefold() for notice in sent for one in notice.recipients}
    if lacking := tuple(Quote(one) for one in named if one.casefold() not in reached):
        told = say("Not announced yet to {recipients}: {stage}.", recipients=lacking, stage=name)
        return Observation(name, Result.UNMET, told)
    # Each recipient has a notification of their own; the stage was announced with the first.
    first = min(sent, key=lambda notice: notice.at)
    told = say("Announced on {moment}: {stage}.", moment=first.at, stage=name)
    people = tuple(dict.fromkeys(notice.receipt.person for notice in sent if notice.receipt))
    receipts = [say("Receipt confirmed by {people}.", people=tuple(map(Quote, people)))] if people else []
    return Observation(name, Result.MET, sentences(told, *receipts))
