"""Settings: what is accepted, and the one line that says what is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError
from servicenow_helpers import settings_for

from connectors import servicenow
from connectors.servicenow.columns import column_of
from domain.fields import FIELDS

URL = "https://example.service-now.com"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "example.service-now.com"}, "must be https://"),
        ({"url": "https://user:pw@example.org"}, '"https://…@example.org" holds a user name or password'),
        ({"password": ""}, "SERVICENOW_URL needs SERVICENOW_USER with SERVICENOW_PASSWORD"),
        ({"client_id": "a", "client_secret": "b"}, "not both"),
        ({"api_key": "k"}, "SERVICENOW_USER with SERVICENOW_PASSWORD; SERVICENOW_API_KEY"),
        ({"password": "", "client_secret": "b"}, "or SERVICENOW_API_KEY"),
        ({"tables": "change_requests"}, "did you mean change_request?"),
        ({"fields": {"test_dta": "u_x"}}, "did you mean test_data?"),
        ({"fields": {"test_data": "Test data"}}, "is no column name"),
        ({"fields": {"test_data": "work_notes"}}, "proves nothing"),
        ({"fields": {"test_data": "cmdb_ci.comments"}}, "proves nothing"),
        ({"ci_fields": {"confidential": "u_x"}}, "did you mean confidentiality?"),
        ({"states": {"sheduled": "x"}}, "did you mean scheduled?"),
        ({"status_column": "state"}, "column of your own"),
        ({"query": "active=true^NQactive=false"}, "may not hold"),
        ({"query": "sys_id=javascript:x()"}, "may not hold"),
        ({"page_size": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(words)) as caught:
        settings_for(settings.pop("url", URL), **settings)
    assert "\n" not in caught.value.errors()[0]["msg"]


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "URL": URL + "/",
        "USER": "sluis",
        "PASSWORD": "geheim",
        "TABLES": "change_request, incident",
        "FIELDS__TEST_DATA": "u_testdata",
        "CI_FIELDS__OWNER": "u_owner",
        "STATES__SCHEDULED": "Klaar voor uitrol",
    }.items():
        monkeypatch.setenv(f"SERVICENOW_{name}", value)
    settings = servicenow.SETTINGS(_env_file=None)  # type: ignore[call-arg]
    assert (settings.url, settings.tables) == (URL, ("change_request", "incident"))
    assert (settings.fields, settings.ci_fields) == ({"test_data": "u_testdata"}, {"owner": "u_owner"})
    assert "geheim" not in repr(settings)


def test_without_an_address_it_is_off() -> None:
    assert servicenow.build(servicenow.SETTINGS(_env_file=None)) is None  # type: ignore[call-arg]
    connector = servicenow.build(settings_for(URL))
    assert connector and connector.source and connector.book and connector.channel


def test_every_setting_explains_itself() -> None:
    for name, field in servicenow.SETTINGS.model_fields.items():
        assert field.description and field.examples, name


def test_every_field_of_the_vocabulary_has_a_column() -> None:
    assert all(re.fullmatch(r"[a-z_.0-9]+", column_of(name, {})) for name in FIELDS)
