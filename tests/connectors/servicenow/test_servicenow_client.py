"""What goes wrong on the wire, with the real library: each failure has its own name and nothing leaks."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import clock
import pytest
from servicenow_helpers import START, Instance, Tools, settings_for

from connectors.servicenow import encoded_query
from connectors.servicenow.client import Client
from connectors.servicenow.response_checks import CutShort
from connectors.shared.http import policy
from domain.ports.errors import (
    AuthRefused,
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    SourceError,
    Unreachable,
)
from sandbox.server import Fault, How, Server
from sandbox.servicenow.app import API_KEY, CLIENT_ID, CLIENT_SECRET, INTEGRATION_PASSWORD

JSON = {"Content-Type": "application/json"}
PARTIAL = '{"result":[{"sys_id":"x"}],"error":{"message":"Transaction cancelled","detail":"maximum execution time"}}'
CANCELLED = '{"error":{"message":"Transaction cancelled: maximum execution time exceeded"}}'


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (
            Fault(How.ANSWER, status=200, headers=JSON, body=PARTIAL, times=9),
            CutShort,
            "Transaction cancelled",
        ),
        (
            Fault(How.ANSWER, status=200, headers=JSON, body='{"result":[{}]}""', times=9),
            CutShort,
            "not JSON",
        ),
        (
            Fault(How.ANSWER, status=200, headers=JSON, body='{"error":{"message":"no"}}', times=9),
            CutShort,
            "no",
        ),
        (Fault(How.ANSWER, status=200, headers=JSON, body='{"result":"text"}'), Garbled, "no list"),
        (Fault(How.ANSWER, status=200, headers=JSON, body='{"result":[{"number":"1"}]}'), Garbled, "sys_id"),
        (Fault(How.ANSWER, status=200, headers=JSON, body="", times=9), CutShort, "not JSON"),
        (
            Fault(How.ANSWER, status=200, headers={"Content-Type": "text/html"}, body="<p>login"),
            Garbled,
            "web page",
        ),
        (Fault(How.ANSWER, status=302, headers={"Location": "/login.do"}), AuthRefused, "another page"),
        (
            Fault(
                How.ANSWER, status=401, headers=JSON, body='{"error":{"message":"User Not Authenticated"}}'
            ),
            AuthRefused,
            "401",
        ),
        (
            Fault(How.ANSWER, status=403, headers=JSON, body='{"error":{"message":"Insufficient rights"}}'),
            Forbidden,
            "Insufficient",
        ),
        (
            Fault(How.ANSWER, status=404, headers=JSON, body='{"error":{"message":"No Record found"}}'),
            NotFound,
            "404",
        ),
        (
            Fault(How.ANSWER, status=400, headers=JSON, body='{"error":{"message":"Invalid table x"}}'),
            NotFound,
            "no such table",
        ),
        (Fault(How.ANSWER, status=429, headers={"Retry-After": "3600"}), RateLimited, "3600"),
        (Fault(How.ANSWER, status=500, times=9), Unreachable, "500"),
        (Fault(How.ANSWER, status=503, times=9), Unreachable, "503"),
        (Fault(How.DROP_BEFORE, times=9), Unreachable, "connection failed"),
        (Fault(How.TRUNCATE, times=9), CutShort, "not JSON"),
        (
            Fault(How.ANSWER, status=500, headers=JSON, body=CANCELLED, times=9),
            CutShort,
            "Transaction cancelled",
        ),
    ],
    ids=lambda value: "",
)
def test_failures_of_a_listing(
    tools: Tools, server: Server, fault: Fault, kind: type[SourceError], words: str
) -> None:
    fault.path = "/table/change_request"
    server.fail(fault)
    with pytest.raises(kind) as caught:
        list(tools.source.census())
    said = str(caught.value)
    assert type(caught.value) is kind
    assert words in said
    assert (
        "\n" not in said
        and "127.0.0.1" not in said
        and "sysparm" not in said
        and INTEGRATION_PASSWORD not in said
    )


@pytest.mark.parametrize(
    "fault", [Fault(How.ANSWER, status=503), Fault(How.DROP_AFTER), Fault(How.ANSWER, status=429)]
)
def test_a_passing_failure_of_a_read_is_overcome(
    instance: Instance, tools: Tools, server: Server, fault: Fault
) -> None:
    server.fail(fault)
    assert [ref.key for ref in tools.source.census()] == [instance.number]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.ANSWER, status=200, headers=JSON, body=PARTIAL),
        Fault(How.ANSWER, status=200, headers=JSON, body='{"result":[{"sys_id":"x"}]}""'),
        Fault(How.ANSWER, status=500, headers=JSON, body=CANCELLED),
        Fault(How.TRUNCATE),
    ],
)
def test_what_is_cut_short_is_asked_in_smaller_pages(
    instance: Instance, configured, server: Server, fault: Fault
) -> None:
    wanted = {f"change_request:{c}" for c in [instance.change, *(instance.add_change() for _ in range(59))]}
    fault.path = "table/change_request"
    server.fail(fault)
    assert {ref.id for ref in configured(page_size=160, tables="change_request").source.census()} == wanted
    sizes = [re.findall(r"sysparm_limit=(\d+)", a.query) for a in server.asked if "change_request" in a.path]
    assert sizes == [["160"], ["40"], ["40"]]


def test_a_long_refusal_is_respected_in_every_cycle_until_its_end(instance: Instance, server: Server) -> None:
    impatient = policy("servicenow", total=2, backoff=0.0, patience=0.05)
    client = Client(settings_for(server.url), impatient)
    server.fail(Fault(How.ANSWER, status=429, headers={"Retry-After": "600"}))
    with pytest.raises(RateLimited):
        client.record("change_request", instance.change)
    assert client.circuit.open
    with pytest.raises(RateLimited, match="wants to be left alone until"):
        client.record("change_request", instance.change)
    assert len(server.asked) == 1
    clock.move(601)
    assert client.record("change_request", instance.change)["sys_id"]["value"] == instance.change


@pytest.mark.parametrize("retries", [0, 2])
def test_without_a_time_to_wait_the_hours_allowance_is_waited_for(
    instance: Instance, server: Server, retries: int
) -> None:
    client = Client(settings_for(server.url), policy("servicenow", total=retries, backoff=0.0))
    reset = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    headers = JSON | {"X-RateLimit-Limit": "100", "X-RateLimit-Reset": str(int(reset.timestamp()))}
    server.fail(
        Fault(How.ANSWER, status=429, headers=headers, body='{"error":{"message":"Rate limit of 100"}}')
    )
    with pytest.raises(RateLimited) as told:
        client.record("change_request", instance.change)
    assert abs(told.value.until - reset) < timedelta(seconds=5)


def test_an_instance_that_drops_the_order_is_noticed(
    instance: Instance, tools: Tools, server: Server
) -> None:
    rows = ",".join(f'{{"sys_id":"{n * 32}"}}' for n in ("b", "a"))
    server.fail(
        Fault(How.ANSWER, "table/change_request", status=200, headers=JSON, body=f'{{"result":[{rows}]}}')
    )
    with pytest.raises(Garbled, match="ignores the order"):
        list(tools.source.census())


def test_each_half_of_an_alternative_is_paged() -> None:
    query = encoded_query.either("a=1^b=2", "c=3")
    assert encoded_query.after(query, "") == "a=1^b=2^NQc=3^ORDERBYsys_id"
    assert encoded_query.after(query, "f0") == "a=1^b=2^sys_id>f0^NQc=3^sys_id>f0^ORDERBYsys_id"


def test_a_sleeping_instance(instance: Instance, tools: Tools) -> None:
    instance.access.hibernating = True
    with pytest.raises(Garbled, match="sleeps"):
        tools.source.identify()


def test_wrong_credentials(configured) -> None:
    with pytest.raises(AuthRefused):
        configured(password="wrong").source.identify()


def test_identify_with_a_password_and_with_oauth(
    instance: Instance, tools: Tools, configured, server: Server
) -> None:
    with_token = configured(user="", password="", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    assert {tools.source.identify(), with_token.source.identify()} == {tools.source.identify()}
    assert with_token.source.find(instance.number)
    assert server.count("POST", "/oauth_token.do") == 1
    instance.accounts.tokens.clear()  # revoked
    with pytest.raises(AuthRefused):
        with_token.source.identify()
    assert with_token.source.identify().id == instance.integration_id
    wrong = configured(user="", password="", client_id=CLIENT_ID, client_secret="nonsense")
    with pytest.raises(AuthRefused, match="token"):
        wrong.source.identify()


def test_an_api_key_instead_of_a_password(instance: Instance, configured, server: Server) -> None:
    source = configured(user="", password="", api_key=API_KEY).source
    assert source.identify().id == instance.integration_id
    assert {a.headers.get("X-Sn-Apikey") for a in server.asked} == {API_KEY}
    assert not [a for a in server.asked if "Authorization" in a.headers]
    with pytest.raises(AuthRefused) as caught:
        configured(user="", password="", api_key="revoked").source.identify()
    assert "revoked" not in str(caught.value)


def test_requests_carry_our_name_and_no_cookies(tools: Tools, server: Server) -> None:
    list(tools.source.census())
    assert len(server.asked) > 1
    assert {a.headers.get("User-Agent") for a in server.asked} == {"sluiswachter"}
    assert not [a for a in server.asked if "Cookie" in a.headers]


def test_a_pseudo_record_at_the_end_of_a_list_is_no_ticket(instance: Instance, tools: Tools) -> None:
    instance.access.meta_rows = True
    assert [ref.key for ref in tools.source.changed(START)] == [instance.number]


def test_without_a_count_the_announced_next_page_is_followed(
    instance: Instance, configured, server: Server
) -> None:
    for _ in range(4):
        instance.add_change()
    instance.access.uncounted = True
    assert len(list(configured(page_size=2).source.census())) == 5


def test_an_instance_that_drops_the_paging_condition_is_noticed(instance: Instance, configured) -> None:
    instance.add_change()
    instance.access.unqueryable.add(("change_request", "sys_id"))
    with pytest.raises(Garbled, match="ignores the condition"):
        list(configured(page_size=1).source.census())


@pytest.mark.parametrize(
    "value", ["", "  ", "a^b", "a\nb", "javascript:gs.getUserID()", "JavaScript:x", "a\x00"]
)
def test_a_value_that_could_change_a_query_is_refused(value: str) -> None:
    with pytest.raises(encoded_query.Unsafe):
        encoded_query.literal(value)


@pytest.mark.parametrize("value", ["../sys_user", "", "x" * 32, "A" * 32, "a" * 33])
def test_only_a_sys_id_becomes_part_of_a_path(tools: Tools, value: str) -> None:
    with pytest.raises(encoded_query.Unsafe):
        tools.client.record("change_request", value)


def test_long_lists_of_ids_are_asked_in_parts() -> None:
    ids = {f"{n:032x}" for n in range(95)} | {"global"}
    parts = list(encoded_query.batches("sys_id", ids))
    assert [part.count(",") + 1 for part in parts] == [40, 40, 15]
    assert "global" not in "".join(parts)


def test_threads_get_their_own_answers(instance: Instance, tools: Tools) -> None:
    ids = [instance.add_change(short_description=f"nr {n}") for n in range(12)]

    def read(sys_id: str) -> tuple[str, str]:
        row = tools.client.record("change_request", sys_id, ("sys_id", "short_description"))
        return row["sys_id"]["value"], row["short_description"]["value"]

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(read, ids * 5))
    assert got == [(i, instance.row("change_request", i)["short_description"]) for i in ids * 5]
