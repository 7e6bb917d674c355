"""What waits for somebody, and for how long, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blockkit.parts import named
from bot.messages.i18n.speaker import Translator
from domain.waiting import Age, Wait


def age(one: Age, speak: Translator) -> str:
    """Days and hours: "2 working days and 4 working hours", or "2 days and 4 hours" where every hour counts."""
    if one.of_work:
        days = speak.count("{n} working day", "{n} working days", one.days)
        hours = speak.count("{n} working hour", "{n} working hours", one.hours)
        short = speak.say("less than a working hour")
    else:
        days = speak.count("{n} day", "{n} days", one.days)
        hours = speak.count("{n} hour", "{n} hours", one.hours)
        short = speak.say("less than an hour")
    parts = [*([days] if one.days else []), *([hours] if one.hours else [])]
    return speak.listed(parts) if parts else short


def listed(found: Sequence[Wait], now: datetime, speak: Translator) -> str:
    """A line for each ticket, and what its time counts."""
    if not found:
        return speak.say("Nothing waits for anybody, as of {now}.", now=now)
    top = speak.count(
        "{n} ticket waits for somebody, as of {now}:",
        "{n} tickets wait for somebody, as of {now}:",
        len(found),
        now=now,
    )
    note = speak.say(
        "Counted is working time: no nights, weekends or holidays. Of tickets whose availability class goes round the"
        " clock, every hour counts."
    )
    return "\n".join([top, *(f"• {_line(one, speak)}" for one in found), note])


def _line(one: Wait, speak: Translator) -> str:
    points = speak.count("{n} open point", "{n} open points", one.points)
    pressing = speak.count(
        "{n} of them overdue or not allowed", "{n} of them overdue or not allowed", one.pressing
    )
    parts = [*([one.team] if one.team else []), age(one.age, speak), points]
    parts += [pressing] if one.pressing else []
    return f"{named(one.key, one.summary)} — {'; '.join(parts)}"
