"""A responsible team is named, whose service hours fit the availability of each asset."""

from __future__ import annotations

from domain.asset import Subject
from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.service_hours import HOURS, HoursTable, covers, longest, told
from rules.wording import asset_name

PARAMS = HoursTable


def check(facts: Facts, demand: CheckInput[HoursTable]) -> Outcome:
    """Hours declared for the team count, else those of the asset; hours nowhere to be seen are unknown."""
    asked = {subject.name: demand.params.at(subject.availability) for subject in demand.subjects}
    wanted = say(
        "A responsible team with service hours of at least {hours}.",
        hours=told(longest(set(asked.values()))),
    )
    team = observe_filled(facts, "responsible_group")
    # Until a team is named there is nobody whose hours could be looked at.
    looks = [_hours(facts, subject, demand.params.at(subject.availability)) for subject in demand.subjects]
    return combine([team, *looks] if team.result is Result.MET else [team], wanted, settlers(facts))


def _hours(facts: Facts, subject: Subject, asked: str) -> Observation:
    name = say("{asset}", asset=asset_name(subject.name))
    # Vo-ICR R&D v2.1 §1.1 (availability) asks it of the process, so the team's own hours outweigh those of the asset.
    declared = facts.service_hours.get(facts.ticket.team) or (
        subject.asset.service_hours.value if subject.asset else None
    )
    if not isinstance(declared, str) or declared not in HOURS:
        seen = say("No service hours are known for {asset} or its team.", asset=asset_name(subject.name))
        return Observation(name, Result.UNKNOWN, seen)
    seen = say(
        "Service hours for {asset} are {hours}; its availability asks for {asked}.",
        asset=asset_name(subject.name),
        hours=told(declared),
        asked=told(asked),
    )
    return Observation(name, Result.MET if covers(declared, asked) else Result.UNMET, seen)
