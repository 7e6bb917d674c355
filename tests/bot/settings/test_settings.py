"""Settings: read from the environment, refused with the variable and the fix, and documented by generation."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings.env_example import example
from bot.settings.load import SettingsError, load_settings
from domain.people import Role
from domain.waiver import Substitute

ROOT = Path(__file__).parents[3]


def problems(monkeypatch: pytest.MonkeyPatch, **env: str) -> tuple[str, ...]:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    try:
        load_settings()
    except SettingsError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"SLUIS_MODE": "both"}, "SLUIS_MODE: Input should be 'observe' or 'act'"),
        ({"SLUIS_LANGUAGE": "fr"}, "SLUIS_LANGUAGE: Input should be 'nl' or 'en'"),
        ({"SLUIS_DEFAULT_CLASS": "6"}, "SLUIS_DEFAULT_CLASS: Input should be less than or equal to 5"),
        ({"SLUIS_OFFICE_HOURS": "18:00-08:00"}, "SLUIS_OFFICE_HOURS: must be like 08:00-18:00"),
        ({"SLUIS_OFFICE_HOURS": "always"}, "SLUIS_OFFICE_HOURS: must be like 08:00-18:00"),
        ({"SLUIS_OFFICE_HOURS": "2026-01-01"}, "SLUIS_OFFICE_HOURS: must be like 08:00-18:00"),
        ({"SLUIS_REMIND_DAYS": "five"}, "SLUIS_REMIND_DAYS: must be whole numbers of days, such as 5,2,1"),
        ({"SLUIS_REMIND_DAYS": "5,99999999"}, "SLUIS_REMIND_DAYS: must be at most 999 days each"),
        ({"SLUIS_RETAIN_DAYS": "9999999"}, "SLUIS_RETAIN_DAYS: Input should be less than or equal to 36500"),
        ({"SLUIS_SERVICE_HOURS__WEB": "always"}, "SLUIS_SERVICE_HOURS: for web must be 5x10 or 24x7"),
        (
            {"SLUIS_WAIVER_ROLES": "cab,boss"},
            "SLUIS_WAIVER_ROLES: must name roles, by comma: owner,",
        ),
        (
            {"SLUIS_WAIVER_ROLES": ","},
            "SLUIS_WAIVER_ROLES: must name roles, by comma: owner, cab",
        ),
        (
            {"SLUIS_WAIVER_ROLES": "kab"},
            "SLUIS_WAIVER_ROLES: must name roles, by comma: owner, cab",
        ),
        ({"SLUIS_WAIVER_MAX_DAYS": "0"}, "SLUIS_WAIVER_MAX_DAYS: Input should be greater than or equal to 1"),
        ({"SLUIS_SUBSTITUTES__CAB": "Management team"}, "SLUIS_SUBSTITUTES: must be like Management team|"),
        (
            {"SLUIS_SUBSTITUTES__CAB": "Management team|n/a"},
            "SLUIS_SUBSTITUTES: must be like Management team|",
        ),
        ({"SLUIS_SUBSTITUTES__DPO": "Boss|No DPO here"}, "SLUIS_SUBSTITUTES: for dpo: only the CAB can have"),
        ({"SLUIS_EMERGENCY_DAYS": "-1"}, "SLUIS_EMERGENCY_DAYS: Input should be greater than or equal to 0"),
        ({"SLUIS_LANGUAG": "nl"}, "SLUIS_LANGUAG: no such setting; did you mean SLUIS_LANGUAGE?"),
        ({"ROLES__KAB": "x"}, "ROLES__KAB: no such setting; did you mean ROLES__CAB?"),
        ({"SLACK_TOKEN": "x"}, "SLACK_TOKEN: no such setting; did you mean SLACK_BOT_TOKEN?"),
        ({"JIRA_FIELDS__TEST_DAAT": "x"}, "JIRA_FIELDS: unknown field test_daat; did you mean test_data"),
        ({"SERVICENOW_URL": "ftp://x"}, "SERVICENOW_URL"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(monkeypatch, env, told):
    (line,) = problems(monkeypatch, **env)
    assert line.startswith(told)
    assert "\n" not in line


def test_all_problems_are_told_at_once(monkeypatch):
    assert len(problems(monkeypatch, SLUIS_MODE="x", SLUIS_LANGUAGE="y", SLUIS_FOO="z")) == 3


def test_a_secret_comes_from_a_file_and_shows_nowhere(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("s3cret-value\n")
    monkeypatch.setenv("JIRA_URL", "https://x.example")
    monkeypatch.setenv("JIRA_EMAIL", "bot@example.org")
    monkeypatch.setenv("JIRA_API_TOKEN_FILE", str(tmp_path / "token"))
    loaded = load_settings()
    assert loaded.connectors["jira"].api_token.get_secret_value() == "s3cret-value"
    assert "s3cret-value" not in repr(loaded)


def test_a_dotenv_file_is_read_and_its_typing_errors_are_seen(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("SLUIS_LANGUAGE=en\nSLUIS_MODUS=act\n")
    assert problems(monkeypatch) == ("SLUIS_MODUS: no such setting; did you mean SLUIS_MODE?",)
    (tmp_path / ".env").write_text("SLUIS_LANGUAGE=en\n")
    assert load_settings().bot.language == "en"


def test_defaults_are_safe(monkeypatch):
    bot = load_settings().bot
    assert (bot.mode, bot.max_writes, bot.default_class, bot.packs) == ("observe", 200, 3, ("vo-icr",))


def test_roles_are_lists_of_names(monkeypatch):
    monkeypatch.setenv("ROLES__CAB", "Change Advisory Board, cab-urgent")
    assert load_settings().roles.wanted() == {Role.CAB: ("Change Advisory Board", "cab-urgent")}


def test_other_peoples_variables_are_none_of_our_business(monkeypatch):
    assert problems(monkeypatch, SLUISX="1", MY_JIRA_URL="x") == ()


def test_the_example_file_is_what_the_settings_say():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example(), "run: make docs"


def test_the_example_file_is_a_valid_env_file(monkeypatch, tmp_path):
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = [line for line in lines if line and not line.startswith("#")]
    assert given == [], "nothing is switched on by copying it"


@pytest.mark.parametrize(
    ("env", "cab"),
    [
        ({}, None),
        ({"ROLES__CAB": "Board"}, ("Board",)),
        ({"SLUIS_SUBSTITUTES__CAB": "Management team|We have no CAB"}, ("Management team",)),
        (
            {"SLUIS_SUBSTITUTES__CAB": "Management team|We have no CAB", "ROLES__CAB": "grp-mt,grp-mt-2"},
            ("grp-mt", "grp-mt-2"),
        ),
    ],
)
def test_the_group_of_a_body_that_stands_in_is_the_cab(monkeypatch, env, cab):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    loaded = load_settings()
    assert loaded.wanted_roles.get(Role.CAB) == cab
    declared = (Substitute(Role.CAB, "Management team", "We have no CAB"),)
    assert loaded.bot.stand_ins == (declared if "SLUIS_SUBSTITUTES__CAB" in env else ())


@pytest.mark.parametrize("name", ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"])
def test_what_would_turn_the_slack_library_to_another_way_of_signing_in_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=f"{name}: no such setting"):
        load_settings()
