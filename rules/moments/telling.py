"""When evidence came, in words: how long after the start of the rollout, or that this cannot be seen."""

from __future__ import annotations

from datetime import datetime

from domain.sentence import Say, say
from rules.moments.span import Span, minute


def late(came: Span | None, start: datetime, *, signed: bool = False) -> Say:
    """That it was there only after the rollout began, and how long after. `signed`: an approval brought it, which tells
    that itself.
    """
    if signed:
        return say("The rollout began on {start}.", start=start)
    if came is None:
        return say("This was not there yet when the rollout began on {start}.", start=start)
    if came.exact is None:
        return say(
            "This came between {after} and {by}, after the rollout began on {start}.",
            after=came.after,
            by=came.by,
            start=start,
        )
    return say(
        "This was in order only on {moment}, {late} after the rollout began on {start}.",
        moment=came.by,
        late=minute(came.by) - minute(start),
        start=start,
    )


def afterwards(came: datetime, start: datetime, *, signed: bool = False) -> Say:
    """That an emergency made it good in time."""
    if signed:
        return say("An emergency: made good afterwards, within its term.")
    return say(
        "An emergency: made good afterwards, on {moment}, {late} after the rollout began.",
        moment=came,
        late=minute(came) - minute(start),
    )


def unseen() -> Say:
    """That nothing shows on which side of the start it came."""
    return say("It cannot be seen whether this was there before the rollout began.")


def too_early(fields: tuple[Say, ...]) -> Say:
    """That what is asked after the rollout was recorded before its end."""
    return say("Recorded before the rollout ended, so that does not count yet: {fields}.", fields=fields)


def perhaps_early() -> Say:
    """That nothing shows on which side of the end it came."""
    return say("It cannot be seen whether this was recorded after the rollout ended.")


def stays(seen: Say) -> Say:
    """That what was forbidden at the start was rewritten."""
    return say("When the rollout began: {seen} Rewritten afterwards, that stays not allowed.", seen=seen)
