"""Settings from the environment, and one clear line for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors import jira
from connectors.jira.settings import DEFAULT_TYPES, JiraSettings
from connectors.jira.source import own_states
from domain.lifecycle import State
from domain.ticket import TicketKind

GOOD = {"JIRA_URL": "https://jira.example/", "JIRA_EMAIL": "bot@example.org", "JIRA_API_TOKEN": "s3cret"}


@pytest.fixture
def environment(monkeypatch):
    def put(**values):
        for name, value in (GOOD | values).items():
            monkeypatch.setenv(name, value)
        return JiraSettings(_env_file=None)

    return put


def test_what_an_admin_writes(environment):
    made = environment(
        JIRA_PROJECTS="CHG, REL",
        JIRA_FIELDS__TEST_DATA="customfield_10042",
        JIRA_STATUSES__SCHEDULED="Ready to deploy, Klaar",
        JIRA_SIGN_OFF_FIELDS__CAB="CAB decision",
    )
    assert (made.url, made.projects) == ("https://jira.example", ("CHG", "REL"))
    assert made.fields == {"test_data": "customfield_10042"}
    assert made.sign_off_fields == {"cab": "CAB decision"}
    assert own_states(made) == {"ready to deploy": State.SCHEDULED, "klaar": State.SCHEDULED}
    assert made.kinds == DEFAULT_TYPES and made.overlap_minutes == 15 and not made.public_comments


def test_issue_types(environment):
    made = environment(JIRA_ISSUE_TYPES="[System] Change, Software release, Uitrol=release, RFC")
    assert made.kinds == {
        "[System] Change": TicketKind.CHANGE,
        "Software release": TicketKind.RELEASE,
        "Uitrol": TicketKind.RELEASE,
        "RFC": TicketKind.CHANGE,
    }


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"JIRA_URL": "jira.example"}, "must be https:// and a host"),
        ({"JIRA_API_TOKEN": ""}, "JIRA_URL needs JIRA_EMAIL with JIRA_API_TOKEN"),
        ({"JIRA_PAT": "p"}, "not both"),
        ({"JIRA_TOKEN_EXPIRES": "1 maart"}, "1 maart is no date; write it as 2027-03-01"),
        ({"JIRA_DEPLOYMENT": "server"}, "'auto', 'cloud' or 'data_center'"),
        ({"JIRA_APPROVALS_MINUTES": "-5"}, "greater than or equal to 0"),
        ({"JIRA_FIELDS__TESTDATA": "x"}, "unknown field testdata; did you mean test_data?"),
        ({"JIRA_STATUSES__PLANNED": "x"}, "unknown state planned"),
        ({"JIRA_SIGN_OFF_FIELDS__BOSS": "x"}, "unknown role boss; known: cab"),
        ({"JIRA_ISSUE_TYPES": "Uitrol=rollout"}, "unknown kind rollout for issue type Uitrol"),
        ({"JIRA_OVERLAP_MINUTES": "0"}, "greater than or equal to 1"),
    ],
)
def test_mistakes(environment, values, said):
    with pytest.raises(ValidationError) as caught:
        environment(**values)
    lines = [error["msg"] for error in caught.value.errors()]
    assert len(lines) == 1 and "\n" not in lines[0] and "s3cret" not in str(caught.value)
    assert said in lines[0]


def test_a_token_from_a_file(environment, tmp_path, monkeypatch):
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv("JIRA_API_TOKEN_FILE", str(tmp_path / "token"))
    assert environment(JIRA_API_TOKEN="").api_token.get_secret_value() == "from-file"


def test_without_an_address_jira_is_off():
    assert jira.build(JiraSettings(_env_file=None)) is None


def test_building_asks_nothing_of_the_site(environment):
    made = jira.build(environment())
    assert made.name == made.source.name == made.channel.name == "jira" and made.book.name == "jira-assets"


def test_every_setting_explains_itself():
    assert [n for n, f in JiraSettings.model_fields.items() if not (f.description and f.examples)] == []


def test_the_readme_names_every_setting():
    told = Path(jira.__file__).with_name("README.md").read_text(encoding="utf-8")
    missing = [name for name in JiraSettings.model_fields if f"`JIRA_{name.upper()}" not in told]
    assert missing == []
