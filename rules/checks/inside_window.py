"""The rollout is planned inside a maintenance window of every asset."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

from domain.asset import Subject
from domain.facts import Facts
from domain.sentence import Quote, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.field_looks import observe_filled
from rules.loading.names import unknown
from rules.outcome import Observation, Outcome, Result, combine
from rules.windows import windows
from rules.wording import asset_name


def _known(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(unknown("time zone", zone, available_timezones()))
    return zone


class InsideWindow(OfNamedAssets):
    """The time zone in which the register writes its windows."""

    timezone: Annotated[str, AfterValidator(_known)]


PARAMS = InsideWindow
_TIMES = ("planned_start", "planned_end")


def check(facts: Facts, demand: CheckInput[InsideWindow]) -> Outcome:
    """Met when the planned times lie in one window of each asset; unknown where no window is known."""
    wanted = say("A planned start and end inside a maintenance window of each asset.")
    looks = [observe_filled(facts, name) for name in _TIMES]
    times = [value for name in _TIMES if isinstance(value := facts.field(name).value, datetime)]
    if len(times) == len(_TIMES):
        zone = ZoneInfo(demand.params.timezone)
        # A window is what the clock on the wall says, in summer and in winter.
        start, end = (moment.astimezone(zone) for moment in times)
        looks += [_look(subject, start, end) for subject in demand.subjects]
    return combine(looks, wanted, settlers(facts))


def _look(subject: Subject, start: datetime, end: datetime) -> Observation:
    asset = asset_name(subject.name)
    name, words = (
        say("{asset}", asset=asset),
        subject.asset.maintenance_windows.value if subject.asset else None,
    )
    open_ = windows(words) if isinstance(words, str) else None
    if not isinstance(words, str):
        return Observation(
            name, Result.UNKNOWN, say("No maintenance window of {asset} is known.", asset=asset)
        )
    if open_ is None:
        seen = say(
            "The maintenance window of {asset} is not understood: {text}.", asset=asset, text=Quote(words)
        )
        return Observation(name, Result.UNKNOWN, seen)
    # A planned end before its start lies in no window, though both moments may.
    inside = start <= end and any(window.holds(start, end) for window in open_)
    seen = say("The maintenance window of {asset} is {text}.", asset=asset, text=Quote(words))
    return Observation(name, Result.MET if inside else Result.UNMET, seen)
