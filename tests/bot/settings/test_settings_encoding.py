"""Settings in another encoding than UTF-8: one line each, with the variable or file and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings.load import BotSettings, SettingsError, alone, load_settings, norms

TEXT = "# één\nROLES__CAB=Raad van Genève\n"
NOT_UTF8 = ".env: line {} is not UTF-8. Save the file as UTF-8."


def problems(read=load_settings) -> tuple[str, ...]:
    try:
        read()
    except SettingsError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("read", [load_settings, norms, lambda: alone(BotSettings)])
@pytest.mark.parametrize(
    ("written", "told"),
    [
        (TEXT.encode(), ()),
        (TEXT.encode("utf-8-sig"), ()),
        (TEXT.replace("\n", "\r\n").encode(), ()),
        (TEXT.encode("latin-1"), (NOT_UTF8.format(1),)),
        (b"# plain\n" + TEXT.encode("cp1252"), (NOT_UTF8.format(2),)),
        (TEXT.encode("utf-16"), (NOT_UTF8.format(1),)),
        ("SLUIS_MODE=act\n".encode("utf-16-le"), (NOT_UTF8.format(1),)),
        (b"SLUIS_LANGUAGE=en\n\xff\xfe", (NOT_UTF8.format(2),)),
    ],
)
def test_an_env_file(tmp_path: Path, read, written: bytes, told: tuple[str, ...]) -> None:
    (tmp_path / ".env").write_bytes(written)
    assert problems(read) == told


def test_the_first_variable_of_an_env_file_with_a_mark_at_its_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("SLUIS_LANGUAGE=en\n".encode("utf-8-sig"))
    assert load_settings().bot.language == "en"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ROLES__CAB", ("ROLES__CAB: is not UTF-8. Set it in UTF-8.",)),
        ("REGISTER_FILE", ("REGISTER_FILE: is not UTF-8. Set it in UTF-8.",)),
        ("JIRA_API_TOKEN", ("JIRA_API_TOKEN: is not UTF-8. Set it in UTF-8.",)),
        ("SLACK_CHANNELS__\udce9quipe", ("SLACK_CHANNELS__?quipe: is not UTF-8. Set it in UTF-8.",)),
        ("SOMEBODY_ELSES", ()),
    ],
)
def test_a_variable(monkeypatch: pytest.MonkeyPatch, name: str, told: tuple[str, ...]) -> None:
    monkeypatch.setenv(name, "Gen\udce8ve")
    assert problems() == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"s3cret\n", ""),
        (b"\xef\xbb\xbfs3cret\r\n", ""),
        ("s3crét".encode("latin-1"), "JIRA_API_TOKEN_FILE: not UTF-8: {}. Save it as UTF-8."),
        ("s3cret".encode("utf-16"), "JIRA_API_TOKEN_FILE: not UTF-8: {}. Save it as UTF-8."),
        ("s3cret".encode("utf-16-le"), "JIRA_API_TOKEN: must be one line of ASCII; copy it again"),
        ("s3cr€t".encode(), "JIRA_API_TOKEN: must be one line of ASCII; copy it again"),
        (None, "JIRA_API_TOKEN_FILE: No such file or directory: {}. Name a file that can be read."),
    ],
)
def test_a_file_with_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: bytes | None, told: str
) -> None:
    file = tmp_path / "token"
    if written is not None:
        file.write_bytes(written)
    monkeypatch.setenv("JIRA_API_TOKEN_FILE", str(file))
    assert problems() == ((told.format(file),) if told else ())
    if not told:
        assert load_settings().connectors["jira"].api_token.get_secret_value() == "s3cret"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIRA_EMAIL", "b€@example.org"),
        ("JIRA_PAT", "two\nlines"),
        ("SLACK_BOT_TOKEN", "xoxb-€"),
        ("SLACK_APP_TOKEN", "xapp-🚦"),
        ("SERVICENOW_API_KEY", "k€y"),
    ],
)
def test_what_no_header_can_hold(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert problems() == (f"{name}: must be one line of ASCII; copy it again",)
