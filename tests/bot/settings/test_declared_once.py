"""A setting stands in one place: its name, its default and its words; what takes it takes the group it stands in."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, date, datetime
from inspect import get_annotations
from pathlib import Path
from typing import get_type_hints

import pytest
from pydantic import Field

from bot import bootstrap
from bot.context import OrganisationPolicy
from bot.policy.terms import Terms
from bot.policy.write_limits import WriteLimits
from bot.settings.load import BotSettings, load_settings

ROOT = Path(__file__).parents[3]
PARTS = get_type_hints(OrganisationPolicy)
GROUPS = {part: kind for part, kind in PARTS.items() if isinstance(kind, type) and issubclass(kind, Terms)}
BUILT = {part: kind for part, kind in PARTS.items() if part in ("hours", "ladders")}


def test_no_setting_is_declared_twice() -> None:
    names = Counter(name for kind in BotSettings.__mro__ for name in get_annotations(kind))
    assert {name: names[name] for name in BotSettings.model_fields if names[name] != 1} == {}


@pytest.mark.parametrize("kind", GROUPS.values())
def test_a_group_of_the_policy_is_what_the_settings_consist_of(kind: type[Terms]) -> None:
    assert kind in BotSettings.__mro__
    assert all(one.description for one in kind.model_fields.values())


@pytest.mark.parametrize("kind", GROUPS.values())
def test_a_group_comes_alone(kind: type[Terms]) -> None:
    alone = BotSettings().group(kind)
    assert type(alone) is kind, "and not the whole, with all that is secret in it"
    assert alone == kind()


@pytest.mark.parametrize("kind", [OrganisationPolicy, *BUILT.values()])
def test_what_is_made_of_settings_has_neither_their_names_nor_defaults(kind: type) -> None:
    fields = dataclasses.fields(kind)
    missing = dataclasses.MISSING
    assert [
        one.name for one in fields if one.default is not missing or one.default_factory is not missing
    ] == []
    assert {one.name for one in fields} & BotSettings.model_fields.keys() <= {"packs"}, (
        "packs that were loaded"
    )


@pytest.mark.parametrize(
    ("variable", "given", "part", "name", "value"),
    [
        ("SLUIS_DIGEST_AT", "off", "talk", "digest_at", None),
        ("SLUIS_PREREAD_ON", "mon", "talk", "preread_weekday", 0),
        ("SLUIS_PREREAD_ON", "off", "talk", "preread_weekday", None),
        ("SLUIS_REMIND_DAYS", "1,7", "reminders", "remind_days", (7, 1)),
        ("SLUIS_MAX_WRITES", "7", "writes", "max_writes", 7),
        ("SLUIS_SINCE", "2026-07-01", "intake", "since", date(2026, 7, 1)),
        ("SLUIS_EMERGENCY_DAYS", "3", "judging", "emergency_days", 3),
        ("SLUIS_WAIVER_ROLES", "CAB", "waivers", "waiver_roles", ("cab",)),
        ("SLUIS_RETAIN_DAYS", "60", "retention", "retain_days", 60),
        ("SLUIS_SERVICE_HOURS__PAY", "24x7", "hours", "releases", {"pay": "24x7"}),
    ],
)
def test_what_is_set_reaches_the_policy(monkeypatch, variable, given, part, name, value) -> None:
    monkeypatch.setenv(variable, given)
    assert getattr(getattr(bootstrap.policy(load_settings()), part), name) == value


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/Brussels", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 7, 1, 4, tzinfo=UTC)),
    ],
)
def test_what_is_left_alone_ends_when_the_day_begins_in_the_office(monkeypatch, zone, begins) -> None:
    monkeypatch.setenv("SLUIS_TIMEZONE", zone)
    assert bootstrap.policy(load_settings()).since is None
    monkeypatch.setenv("SLUIS_SINCE", "2026-07-01")
    since = bootstrap.policy(load_settings()).since
    assert (since, since and since.tzinfo) == (begins, UTC)


class _Wider(WriteLimits):
    max_words: int = Field(7, description="Most words.")


class _Planted(_Wider, BotSettings):
    pass


def test_one_more_setting_costs_the_line_that_declares_it(monkeypatch) -> None:
    assert _Planted().group(_Wider).max_words == 7
    monkeypatch.setenv("SLUIS_MAX_WORDS", "9")
    assert _Planted().group(_Wider) == _Wider(max_words=9)


def test_the_policy_is_put_together_in_one_place_and_once_for_all_tests() -> None:
    files = [path for folder in ("bot", "tests") for path in (ROOT / folder).rglob("*.py")]
    made = [path for path in files if "OrganisationPolicy" + "(" in path.read_text(encoding="utf-8")]
    assert {str(path.relative_to(ROOT)) for path in made} == {"bot/bootstrap.py", "tests/organisation.py"}
