"""The register was brought up to date after the rollout: each asset is in it and changed after the actual end."""

from __future__ import annotations

from datetime import datetime

from domain.asset import Subject
from domain.facts import Facts
from domain.sentence import Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.field_looks import observe_filled
from rules.moments.span import minute
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import asset_name

PARAMS = OfNamedAssets


def check(facts: Facts, demand: CheckInput[OfNamedAssets]) -> Outcome:
    """Met when every asset was updated since the actual end; unknown when the end or that update cannot be seen."""
    wanted = say("Update the assets in the register after the rollout.")
    end, ended = observe_filled(facts, "actual_end"), facts.field("actual_end").value
    looks = [_look(facts, subject, ended) for subject in demand.subjects]
    return combine([end, *looks] if end.result is not Result.MET else looks, wanted, settlers(facts))


def _look(facts: Facts, subject: Subject, ended: object) -> Observation:
    name = say("{asset}", asset=asset_name(subject.name))
    return Observation(name, *_updated(facts, subject, ended))


def _updated(facts: Facts, subject: Subject, ended: object) -> tuple[Result, Say]:
    asset, readable = asset_name(subject.name), facts.ticket.assets_readable
    if subject.asset is None:
        # What the register may hold out of our sight is not lacking in it.
        result = Result.UNMET if readable and not subject.unseen else Result.UNKNOWN
        return result, say("The register does not know {asset}.", asset=asset)
    # The register's own stamp: that somebody says so in the ticket is no evidence.
    updated = subject.asset.updated_at
    if updated is None:
        return Result.UNKNOWN, say("The register does not tell when {asset} was updated.", asset=asset)
    seen = say("{asset} was last updated on {moment}.", asset=asset, moment=updated)
    if not isinstance(ended, datetime):
        return (Result.UNMET if facts.field("actual_end").readable else Result.UNKNOWN), seen
    return (Result.MET if minute(updated) >= minute(ended) else Result.UNMET), seen
