"""Raw values of any source into typed fields. Never raises on rubbish: rubbish is a finding, not a crash."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from domain.classes import single, stated
from domain.fields import FIELDS, UNREADABLE, Field
from domain.words import empty as says_nothing
from domain.words import says_no, shown

_TRUE = frozenset({"yes", "ja", "true", "1", "y", "j", "on", "waar"})
_FALSE = frozenset({"no", "nee", "neen", "false", "0", "n", "off", "onwaar"})
_SHOWN = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1900, 2200)
"""Years of which a ticket can tell. Whether a moment is to be believed, the rules say: they know what time it is."""


def shorten(text: str, limit: int = _SHOWN) -> str:
    """One line of at most `limit` characters, for showing what stood in a field."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def text(raw: object, where: str = "", name: str = "") -> Field:
    """Meaningful text, or an empty field for blanks and words that say nothing ("n/a", "tbd", "-", ...) in the field
    `name` of the vocabulary; without a name, in a field that must hold something.
    """
    words = str(raw).strip() if raw is not None else ""
    if says_nothing(words, name):
        return Field(None, raw=shorten(shown(words)), where=where)
    return Field(words, raw=shorten(words), where=where)


def boolean(raw: object, where: str = "") -> Field:
    """yes/no in Dutch and English, true/false, 1/0; a no by its first word ("nee, twee staan nog open"). Anything else
    stays unvalued, with what stood there.
    """
    if isinstance(raw, bool):
        return Field(raw, where=where)
    words = str(raw).strip().lower() if raw is not None else ""
    value = True if words in _TRUE else False if words in _FALSE or says_no(words) else None
    return Field(value, raw=shorten(words) if value is None else "", where=where)


def choice(name: str, raw: object, where: str = "") -> Field:
    """One of the vocabulary's choices for the field `name`, by code or by any of the words that mean it."""
    # ServiceNow stores codes with underscores (successful_issues) where people write blanks.
    words = " ".join(str(raw).replace("_", " ").split()).lower() if raw is not None else ""
    for code, meanings in FIELDS[name].choices.items():
        if words and words in {m.replace("_", " ") for m in meanings}:
            return Field(code, where=where)
    return Field(None, raw=shorten(words), where=where)


ENDS = frozenset({"planned_end", "actual_end", "pull_until", "deadline", "handed_over_at"})
"""Fields of which a day without a time counts to its end."""


def moment(
    raw: object,
    where: str = "",
    formats: Iterable[str] = (),
    *,
    ends: bool = False,
    zone: tzinfo | None = None,
) -> Field:
    """An aware UTC datetime from ISO 8601 text (Jira's `+0000` included) or one of `formats` (taken as UTC). A day
    without a time is its beginning, or its end where it `ends` something, on the clock of `zone` (UTC when not given);
    of a beginning `day_ends` tells when that day is over. A year that no ticket is about stays unvalued.
    """
    words = str(raw).strip() if raw is not None else ""
    if not words:
        return Field(None, where=where)
    day = _day(words, formats, ends, zone)
    found = day or _iso(words) or next(filter(None, (_strptime(words, f) for f in formats)), None)
    over = _day(words, formats, True, zone) if day and not ends else None
    return Field(found, raw="" if found else shorten(words), where=where, day_ends=over)


def instant(milliseconds: int) -> datetime | None:
    """The moment (UTC) so many milliseconds after the beginning of 1970; None in a year that no ticket is about."""
    try:
        return _within_reach(_EPOCH + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return None


def out_of_reach(words: str) -> bool:
    """Whether a text begins as a moment does, of a year that no ticket is about: what systems write for "none" or
    "never" (0001-01-01, 9999-12-31).
    """
    year = re.match(r"([0-9]{4})-[0-9]{2}-[0-9]{2}", words)
    return year is not None and int(year[1]) not in _YEARS


def day_start(day: date, zone: tzinfo | None = None) -> datetime:
    """The moment (UTC) at which a day begins on the clock of a zone. Raises OverflowError at the end of time."""
    return datetime.combine(day, time(), zone or UTC).astimezone(UTC)


def day_end(day: date, zone: tzinfo | None = None) -> datetime:
    """The last minute (UTC) of a day on the clock of a zone. Raises OverflowError at the end of time."""
    return datetime.combine(day, time(23, 59), zone or UTC).astimezone(UTC)


def _day(words: str, formats: Iterable[str], ends: bool, zone: tzinfo | None) -> datetime | None:
    """A day that is given without a time."""
    dates = (form for form in formats if not _TIMED.search(form))
    found = next((seen for form in ("%Y-%m-%d", *dates) if (seen := _strptime(words, form))), None)
    try:
        return (
            (day_end if ends else day_start)(found.date(), zone) if found and found.year in _YEARS else None
        )
    except OverflowError:
        return None


_TIMED = re.compile("%[HIMSfXcTR]")
"""What a format holds that tells of a time of day."""


def _iso(words: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(words)
    except ValueError:
        return None
    # ServiceNow stores moments in UTC, without saying so (docs/servicenow-facts.md).
    return _within_reach(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def _strptime(words: str, form: str) -> datetime | None:
    try:
        return _within_reach(datetime.strptime(words, form).replace(tzinfo=UTC))
    except ValueError:
        return None


def _within_reach(moment: datetime) -> datetime | None:
    # At the edges of the calendar neither another time zone nor a day more can be reckoned with.
    return moment.astimezone(UTC) if moment.year in _YEARS else None


def level(raw: object, where: str = "") -> Field:
    """A class 1 to 5 from "3", 3, "klasse 3", "C3" or "3 - vertrouwelijk". A range ("3-4") and rubbish ("hoog?", 7)
    stay unvalued, with what stood there.
    """
    words = str(raw).strip() if raw is not None else ""
    value = single(words)
    return Field(value, raw=shorten(words) if value is None else "", where=where)


def hours(raw: object, where: str = "") -> Field:
    """Service hours "5x10" or "24x7"; "5 x 10" and "7x24" are understood. Anything else stays unvalued."""
    words = str(raw or "")
    plain = re.sub(r"\s+", "", words).lower().replace("×", "x")
    value = {"5x10": "5x10", "24x7": "24x7", "7x24": "24x7"}.get(plain)
    return Field(value, raw="" if value else shorten(words), where=where)


def stated_classes(words: str) -> dict[str, int]:
    """Classes and flags a ticket states: dimension or flag name to level (flags: 1). A number that is no class is left
    out, and so is a flag that is denied.
    """
    said = stated(words)
    return {**said.levels, **dict.fromkeys(sorted(said.flags), 1)}


def unreadable(where: str = "", why: str = "") -> Field:
    """A field that cannot be seen, with the place and, shortened, the reason for the admin."""
    return Field(readable=False, where=where, raw=shorten(why)) if where or why else UNREADABLE
