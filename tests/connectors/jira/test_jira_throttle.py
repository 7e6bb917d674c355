"""How fast, how long and how often: writes to one issue, waits that Jira asks for, the circuit, a token that ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import clock
import pytest
from jira_site import quick_client, settings_for
from test_jira_client import COMMENT

from connectors.jira import build
from connectors.jira.client import Client
from connectors.jira.doctor import JiraExaminer
from connectors.jira.settings import Deployment
from connectors.jira.source import JiraSource
from connectors.jira.throttle import PER_ISSUE
from connectors.shared.http import Adapter, Circuit, policy
from connectors.shared.throttle import Throttle
from domain.ports.connector import Health
from domain.ports.errors import AuthRefused, Forbidden, NotFound, RateLimited, Refused, Unreachable
from sandbox.server import Fault, How

TODAY = clock.START.date()


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(round(seconds, 3))


def most_within(moments: list[float], span: float) -> int:
    """The most of these moments that fall in any window of this length."""
    return max(sum(1 for m in moments if start <= m < start + span) for start in moments)


def test_one_issue_is_written_to_no_faster_than_jira_allows():
    time, moments = Time(), []
    throttle = Throttle(*PER_ISSUE, clock=time, sleep=time.sleep)
    for _ in range(250):
        throttle.wait("10010")
        moments.append(time.now)
    assert (most_within(moments, 2.0), most_within(moments, 30.0)) == (20, 100)
    assert moments[-1] < 75, "and hardly slower: two times thirty seconds and a bit"


def test_another_issue_does_not_wait():
    time = Time()
    throttle = Throttle(*PER_ISSUE, clock=time, sleep=time.sleep)
    for issue in ["10010"] * 20 + ["10011"]:
        throttle.wait(issue)
    assert time.slept == []
    throttle.wait("10010")
    assert time.slept == [2.0]


def test_the_client_paces_its_writes_by_issue(site, settings, server):
    time, client = Time(), quick_client(settings)
    client._pace = Throttle(*PER_ISSUE, clock=time, sleep=time.sleep)
    for _ in range(21):
        client.write("POST", "issue/CHG-1/comment", COMMENT)
    assert time.slept == [2.0]
    for _ in range(21):
        client.api("issue/CHG-1")
    assert time.slept == [2.0], "reading is not held up"


# -- waits that Jira asks for -----------------------------------------------------------------------------------


@pytest.mark.parametrize("wait", ["0.02", "0", "a date"])
def test_a_short_wait_is_slept_through_however_it_is_written(client, server, wait):
    client.identify()
    wait = format_datetime(datetime.now(UTC), usegmt=True) if wait == "a date" else wait
    server.fail(Fault(How.ANSWER, path="/field$", status=429, headers={"Retry-After": wait}))
    assert client.api("field")
    assert server.count(path="/field$") == 2


@pytest.mark.parametrize(
    "headers",
    [
        lambda until: {"Retry-After": "7200"},
        lambda until: {"Retry-After": "7199.5"},
        lambda until: {"Retry-After": format_datetime(until, usegmt=True)},
        lambda until: {"X-RateLimit-Reset": until.isoformat()},
    ],
    ids=["seconds", "decimals", "date", "reset"],
)
def test_a_long_wait_ends_the_turn_and_is_kept_in_the_next_ones(client, server, headers):
    client.identify()
    reason, given = (
        {"RateLimit-Reason": "jira-quota-tenant-based"},
        headers(datetime.now(UTC) + timedelta(hours=2)),
    )
    server.fail(Fault(How.ANSWER, path="/field$", status=429, headers=given | reason))
    with pytest.raises(RateLimited, match="jira-quota-tenant-based") as caught:
        client.api("field")
    assert abs(caught.value.until - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=1)
    asked = server.count()
    with pytest.raises(RateLimited, match="left alone until") as again:
        client.identify()
    assert (server.count(), again.value.until) == (asked, caught.value.until)


def test_a_limit_on_one_issue_keeps_no_other_waiting(site, client, server):
    client.identify()
    other = site.add_issue("CHG", "Change", "Tweede", by=site.an)
    limit = {"Retry-After": "90", "RateLimit-Reason": "jira-per-issue-on-write"}
    server.fail(Fault(How.ANSWER, path="/CHG-1/comment$", status=429, headers=limit))
    with pytest.raises(Refused, match="more often than Jira allows"):
        client.write("POST", "issue/CHG-1/comment", COMMENT)
    client.write("POST", f"issue/{other}/comment", COMMENT)
    assert not client.circuit.open
    assert [len(site.issues[key].comments) for key in ("CHG-1", other)] == [0, 1]


def test_a_limit_on_one_issue_that_stays_is_that_messages_trouble(client, server):
    client.identify()
    limit = {"Retry-After": "0", "RateLimit-Reason": "jira-per-issue-on-write"}
    server.fail(Fault(How.ANSWER, path="/comment$", status=429, headers=limit, times=9))
    with pytest.raises(Refused):
        client.write("POST", "issue/CHG-1/comment", COMMENT)


def test_an_answer_that_does_not_come_is_not_waited_for(settings, server):
    line = Adapter("jira", policy("jira", total=0), timeout=(2.0, 0.05))
    client = Client(settings.model_copy(update={"deployment": Deployment.CLOUD}), line)
    server.fail(Fault(How.DELAY, path="/myself$", seconds=0.2))
    with pytest.raises(Unreachable):
        client.identify()


def test_a_refusal_in_html_gives_no_html_away(client, server):
    client.identify()
    page, html = "<html><body>Rate limit for bot exceeded</body></html>", {"Content-Type": "text/html"}
    server.fail(Fault(How.ANSWER, path="/field$", status=429, headers=html, body=page, times=9))
    with pytest.raises(RateLimited) as caught:
        client.api("field")
    assert str(caught.value) == "answered 429"


# -- the circuit ------------------------------------------------------------------------------------------------


def test_the_circuit_opens_for_the_site_and_closes_by_itself(settings, server):
    time = Time()
    circuit = Circuit(limit=3, rest=30, clock=time)
    client = Client(settings, Adapter("jira", policy("jira", total=0), circuit, timeout=(2.0, 2.0)))
    client.identify()
    server.fail(Fault(How.ANSWER, path="/field$", status=500, times=4))
    for _ in range(3):
        with pytest.raises(Unreachable):
            client.api("field")
    asked = server.count()
    for _ in range(5):
        with pytest.raises(Unreachable, match="several times in a row"):
            client.identify()
    assert (server.count(), circuit.open) == (asked, True)
    time.now += 31
    with pytest.raises(Unreachable, match="500"):
        client.api("field")  # the one probe fails: rests again
    with pytest.raises(Unreachable, match="several times in a row"):
        client.api("field")
    assert server.count() == asked + 1
    time.now += 31
    assert client.api("field") and not circuit.open
    assert client.api("field")


def test_the_doctor_says_that_the_line_rests(settings, server):
    line = Adapter("jira", policy("jira", total=0), Circuit(limit=2), timeout=(2.0, 2.0))
    source = JiraSource(Client(settings, line), settings)
    server.fail(Fault(How.ANSWER, path="/mypermissions|/field|/statuses", status=500, times=99))
    seen = [(d.about, d.detail) for d in JiraExaminer(source).examine({}) if d.health is Health.FAILED]
    named = ["project CHG", "users and groups", "fields", "statuses of CHG", "assets", "connection"]
    assert [about for about, _ in seen] == named
    assert seen[-1][1].startswith("Jira does not answer or wants to be left alone")


def test_each_connector_shows_its_circuit(settings):
    made = build(settings)
    assert made and made.circuit and not made.circuit.open


# -- credentials ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (31, None),
        (30, (Health.WARNING, f"the token expires on {TODAY + timedelta(days=30)}, in 30 days")),
        (1, (Health.WARNING, f"the token expires on {TODAY + timedelta(days=1)}, in 1 day")),
        (0, (Health.WARNING, f"the token expires on {TODAY}, today")),
        (-1, (Health.FAILED, f"the token expired on {TODAY - timedelta(days=1)}")),
    ],
)
def test_the_doctor_warns_before_a_token_ends(server, days, told):
    settings = settings_for(server.url, token_expires=TODAY + timedelta(days=days))
    source = JiraSource(quick_client(settings), settings)
    seen = [(d.health, d.detail) for d in JiraExaminer(source).examine({}) if d.about == "token"]
    assert seen == ([told] if told else [])


def test_a_token_that_ended_is_named_as_the_cause(server):
    ended = TODAY - timedelta(days=3)
    settings = settings_for(server.url, api_token="expired", token_expires=ended)
    with pytest.raises(AuthRefused, match=f"the token expired on {ended}") as caught:
        JiraSource(quick_client(settings), settings).identify()
    assert "make a new API token" in caught.value.fix


@pytest.mark.parametrize("status", [200, 403, 404])
@pytest.mark.parametrize(
    "header",
    [
        {"X-Seraph-Loginreason": "AUTHENTICATED_FAILED"},
        {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"},
        {"X-AUSERNAME": "anonymous"},
    ],
)
def test_a_token_that_ends_in_the_middle_is_recognised_on_any_answer(client, server, status, header):
    client.identify()
    more = {"Content-Type": "application/json"}
    server.fail(Fault(How.ANSWER, path="/field$", status=status, headers=header | more, body="[]"))
    with pytest.raises(AuthRefused):
        client.api("field")


@pytest.mark.parametrize("reason", ["OK", "OUT"])
def test_other_login_reasons_mean_nothing(client, server, reason):
    client.identify()
    for status, error in ((403, Forbidden), (404, NotFound)):
        headers = {"X-Seraph-Loginreason": reason}
        server.fail(Fault(How.ANSWER, path="/field$", status=status, headers=headers))
        with pytest.raises(error):
            client.api("field")


def test_a_captcha_is_told_and_not_made_worse_by_asking_again(client, server):
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp"}
    assert client.cloud
    asked = server.count()
    server.fail(Fault(How.ANSWER, status=403, headers=denied, times=9))
    with pytest.raises(AuthRefused, match="CAPTCHA") as caught:
        client.identify()
    assert "in a browser" in caught.value.fix and "login.jsp" not in str(caught.value)
    assert server.count() == asked + 1
