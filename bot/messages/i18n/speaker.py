"""Sentences into a reader's language: gettext catalogue, and Babel for dates in the office's time zone."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.messages.i18n.languages import CATALOGUE, LANGUAGES, LOCALES
from bot.messages.i18n.terms import USUAL, renamed
from domain.lifecycle import State, Verdict
from domain.people import Group, Holder, Person, Role
from domain.sentence import FALLBACK, Either, Quote, Say, in_language, say

_ENGLISH = "en_GB"
"""English has no catalogue whose header could say it."""

ROLE_NAMES = {
    Role.OWNER: say("application owner"),
    Role.CAB: say("CAB"),
    Role.DPO: say("DPO"),
    Role.CHANGE_MANAGER: say("change manager"),
    Role.OPERATIONS: say("operations"),
    Role.KETEN_CAB: say("chain CAB"),
    Role.USERS: say("users"),
    Role.PROCESS_OWNER: say("process owner"),
}
STATE_NAMES = {
    State.DRAFT: say("draft"),
    State.ASSESS: say("assessment"),
    State.AUTHORIZE: say("authorisation"),
    State.SCHEDULED: say("scheduling"),
    State.IMPLEMENT: say("implementation"),
    State.REVIEW: say("review"),
    State.CLOSED: say("closure"),
    State.CANCELED: say("canceled"),
}
VERDICT_NAMES = {
    Verdict.MET: say("in order"),
    Verdict.PENDING: say("still to do"),
    Verdict.MISSING: say("missing"),
    Verdict.VIOLATED: say("not allowed"),
    Verdict.LATE: say("too late"),
    Verdict.WAIVED: say("waived"),
    Verdict.UNKNOWN: say("cannot be seen"),
}
_NAMES: dict[Any, Say] = {**ROLE_NAMES, **STATE_NAMES, **VERDICT_NAMES}
_PLACE = re.compile(r"\{(\w+)\}")


class Translator:
    """Puts sentences into one language, and moments into one time zone."""

    def __init__(self, language: str, timezone: ZoneInfo, terms: str = USUAL) -> None:
        """`language` is the code of one; whoever asks for a language that there is not is spoken to in English.
        `terms` are those of a country, where the language is spoken in several (SLUIS_TERMS).
        """
        self.language, self.timezone = language if language in LANGUAGES else FALLBACK, timezone
        self._terms, self._renamed = terms, renamed(self.language, terms)
        self._catalogue, self._locale = _catalogue(self.language)

    def to(self, language: str) -> Translator:
        """The same in another language."""
        return Translator(language, self.timezone, self._terms)

    def written(self, texts: Iterable[tuple[str, str]] | Mapping[str, str]) -> str:
        """The one of several texts, by language, that the reader gets, such as the titles of a pack."""
        return self._renamed(in_language(dict(texts), self.language))

    def __call__(self, spoken: object) -> str:
        """Any part of a sentence as text: a Say, a person, a moment, a role, a state, a tuple of these."""
        match spoken:
            case Say():
                text = self._say(spoken)
            case datetime():
                text = self.moment(spoken)
            case timedelta():
                # Up to two days in hours: "36 hours" says more than "2 days".
                text = format_timedelta(spoken, "minute", threshold=2, locale=self._locale)
            case Quote(text):
                pass
            case Holder(person, role):
                text = f"{person.name} ({self(role)})"
            case Person(name=text) | Group(name=text):
                pass
            case Either(items):
                text = self.listed(items, either=True)
            case tuple():
                text = self.listed(spoken)
            case StrEnum():
                text = self._say(_NAMES[spoken])
            case _:
                text = str(spoken)
        return text

    def say(self, msgid: str, /, **args: object) -> str:
        """Speak a sentence at once."""
        return self._say(say(msgid, **args))

    def count(self, one: str, many: str, number: int, /, **args: object) -> str:
        """A sentence that counts; both forms may use {n}."""
        return self._fill(self._renamed(self._catalogue.ngettext(one, many, number)), {"n": number, **args})

    def opening(self, spoken: object) -> str:
        """The same as text, with a capital where it begins with a word of ours: a name stays as its system has it."""
        text = self(spoken)
        return text if self._begins_with_name(spoken) else text[:1].upper() + text[1:]

    def _begins_with_name(self, spoken: object) -> bool:
        match spoken:
            case Quote() | Person() | Group() | Holder():
                return True
            case Either(items):
                return bool(items) and self._begins_with_name(items[0])
            case tuple():
                return bool(spoken) and self._begins_with_name(spoken[0])
            case Say(msgid, args):
                place = _PLACE.match(self._catalogue.gettext(msgid))
                return place is not None and self._begins_with_name(dict(args).get(place[1]))
            case _:
                return False

    def moment(self, at: datetime) -> str:
        """Day and time as people read them: "Tue 24 Nov 2026, 18:00"."""
        return format_datetime(at, self.say("EEE d MMM y, HH:mm"), tzinfo=self.timezone, locale=self._locale)

    def day(self, at: datetime) -> str:
        """The day as people read it: "Tue 24 Nov 2026"."""
        return format_date(at.astimezone(self.timezone), self.say("EEE d MMM y"), locale=self._locale)

    def listed(self, items: Iterable[object], limit: int = 0, either: bool = False) -> str:
        """Names in a row: "A, B and C"; with `limit`, the rest as a count; `either` joins by "or"."""
        names = [self(item) for item in items]
        if limit and len(names) > limit:
            rest = len(names) - limit
            names = [*names[:limit], self.count("{n} other", "{n} others", rest)]
        return format_list(names, "or" if either else "standard", locale=self._locale)

    def _say(self, sentence: Say) -> str:
        # Before it is filled in: what a ticket says is never put into other words.
        return self._fill(self._renamed(self._catalogue.gettext(sentence.msgid)), dict(sentence.args))

    def _fill(self, text: str, args: dict[str, object]) -> str:
        # One pass, by name: what an argument contains is never filled in again.
        return _PLACE.sub(lambda place: self(args[place[1]]) if place[1] in args else place[0], text)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> tuple[gettext.NullTranslations, str]:
    """The sentences of a language, compiled when first asked for, and its locale. English is the message ids
    themselves, and they stand in for what a catalogue does not translate yet.
    """
    if language == FALLBACK:
        return gettext.NullTranslations(), _ENGLISH
    # Compiled in memory, so that no compiled file can say something else than the catalogue does.
    compiled = io.BytesIO()
    with (LOCALES / language / CATALOGUE).open("rb") as file:
        kept = read_po(file)
    write_mo(compiled, kept)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled), str(kept.locale or language)
