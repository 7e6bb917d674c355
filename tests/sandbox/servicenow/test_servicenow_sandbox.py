"""The sandbox itself, asked with plain requests: it must show the traps that the connector has to survive."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from servicenow_helpers import START, Instance

from sandbox.server import Server
from sandbox.servicenow.app import INTEGRATION_PASSWORD, INTEGRATION_USER

ME = (INTEGRATION_USER, INTEGRATION_PASSWORD)


def ask(server: Server, path: str, auth: Any = ME, **params: str) -> requests.Response:
    return requests.get(f"{server.url}/api/now/{path}", params=params, auth=auth, timeout=5)


def numbers(instance: Instance, server: Server, query: str) -> list[str]:
    found = ask(server, "table/change_request", sysparm_query=query).json()["result"]
    names = {instance.change: "kassa"} | {c["sys_id"]: c["short_description"] for c in found}
    return [names[c["sys_id"]] for c in found]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("short_description=a", ["a"]),
        ("short_descriptionINa,b^ORDERBYshort_description", ["a", "b"]),
        ("short_description=a^ORshort_description=c^ORDERBYDESCshort_description", ["c", "a"]),
        ("short_description=a^NQshort_description=b^ORDERBYshort_description", ["a", "b"]),
        ("short_description!=a^type=standard", ["c"]),
        ("descriptionISNOTEMPTY", ["b"]),
        ("descriptionISEMPTY^type=standard", ["c"]),
        ("descriptionLIKEitle", ["b"]),
        ("cmdb_ci.name=Loket", ["c"]),
        ("short_description=a^u_nonsense=1", ["a"]),  # the unknown part is dropped, which widens the query
        ("sys_created_on>2026-03-02 08:00:00^short_descriptionINa,b,c", []),
        ("sys_created_on>=2026-03-02 08:00:00^short_description=b", ["b"]),
    ],
)
def test_queries(instance: Instance, server: Server, query: str, found: list[str]) -> None:
    loket = instance.add_ci(name="Loket")
    instance.add_change(short_description="a")
    instance.add_change(short_description="b", description="Titles")
    instance.add_change(short_description="c", type="standard", cmdb_ci=loket)
    assert numbers(instance, server, query) == found


def test_unknown_columns_in_a_query_on_other_instances(instance: Instance, server: Server) -> None:
    instance.access.strict_queries = True
    assert ask(server, "table/change_request", sysparm_query="u_nonsense=1").status_code == 403
    instance.access.strict_queries, instance.access.no_rows_on_invalid = False, True
    assert ask(server, "table/change_request", sysparm_query="u_nonsense=1").json() == {"result": []}


def test_the_limit_comes_before_the_row_rules(instance: Instance, server: Server) -> None:
    changes = sorted([instance.change, instance.add_change(), instance.add_change()])
    instance.access.hidden_rows.add(changes[0])
    page = ask(server, "table/change_request", sysparm_query="ORDERBYsys_id", sysparm_limit="1")
    assert (page.json()["result"], page.headers["X-Total-Count"]) == ([], "3")
    assert 'sysparm_offset=-1>;rel="prev"' in page.headers["Link"]
    assert 'sysparm_offset=1>;rel="next"' in page.headers["Link"]


@pytest.mark.parametrize(
    ("mode", "state", "requester", "start"),
    [
        ("false", "-5", {"value"}, "2026-03-12 08:00:00"),
        ("true", "New", {"display_value"}, "12/03/2026 09:00:00"),
        ("all", {"display_value": "New", "value": "-5"}, {"display_value", "value"}, None),
    ],
)
def test_display_values(
    instance: Instance, server: Server, mode: str, state: Any, requester: set[str], start: Any
) -> None:
    fields = "state,requested_by,start_date,u_nonsense,close_code"
    path = f"v2/table/change_request/{instance.change}"
    row = ask(server, path, sysparm_display_value=mode, sysparm_fields=fields).json()["result"]
    assert set(row) == {"state", "requested_by", "start_date", "close_code"}
    assert row["state"] == state
    assert set(row["requested_by"]) == requester | {"link"}
    assert start is None or row["start_date"] == start


def test_journals_show_text_only_as_display_value(instance: Instance, server: Server) -> None:
    for text in ("eerste", "tweede"):
        instance.later(minutes=1)
        instance.set("change_request", instance.change, "an.willems", work_notes=text)
    path = f"table/change_request/{instance.change}"
    row = ask(server, path, sysparm_display_value="all", sysparm_fields="work_notes").json()["result"]
    assert row["work_notes"] == {
        "display_value": "02/03/2026 09:02:00 - An Willems (Work notes)\ntweede\n\n"
        "02/03/2026 09:01:00 - An Willems (Work notes)\neerste\n\n",
        "value": "",
    }


@pytest.mark.parametrize(
    ("path", "auth", "status", "message"),
    [
        ("table/change_request", ("x", "y"), 401, "User Not Authenticated"),
        ("table/change_request", None, 401, "User Not Authenticated"),
        ("table/change_request/" + "0" * 32, ME, 404, "No Record found"),
        ("table/u_nothing", ME, 400, "Invalid table u_nothing"),
    ],
)
def test_refusals(server: Server, path: str, auth: Any, status: int, message: str) -> None:
    answer = ask(server, path, auth)
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, message)


def test_a_person_approves_their_own_request_and_nobody_elses(instance: Instance, server: Server) -> None:
    rows = {
        instance.row("sysapproval_approver", r)["approver"]: r
        for r in instance.request_approval(instance.change, instance.cab)
    }
    url = f"{server.url}/api/now/table/sysapproval_approver/"
    for who, auth, status in (
        (instance.jan, ("an.willems", "an-only"), 403),
        (instance.an, ("an.willems", "an-only"), 200),
    ):
        answer = requests.patch(url + rows[who], json={"state": "approved"}, auth=auth, timeout=5)
        assert answer.status_code == status
    states = {who: instance.row("sysapproval_approver", row)["state"] for who, row in rows.items()}
    assert states == {instance.an: "approved", instance.jan: "not_required"}
    assert (
        instance.row("change_request", instance.change)["sys_mod_count"] == "0"
    )  # the change itself did not move


def test_records_are_made_and_replaced(instance: Instance, server: Server) -> None:
    url = f"{server.url}/api/now/table/change_request"
    made = requests.post(url, json={"short_description": "Nieuw", "work_notes": "hallo"}, auth=ME, timeout=5)
    sys_id = made.json()["result"]["sys_id"]
    assert (made.status_code, instance.notes(sys_id)) == (201, ["hallo"])
    assert (
        requests.put(f"{url}/{sys_id}", json={"state": "3"}, auth=ME, timeout=5).json()["result"]["active"]
        == "false"
    )
    assert requests.put(f"{url}/{sys_id}", data="{", auth=ME, timeout=5).status_code == 400


def test_the_pages_show_the_ticket_and_escape_what_people_wrote(instance: Instance, server: Server) -> None:
    instance.set(
        "change_request", instance.change, description="<script>alert(1)</script>", work_notes="<b>hoi</b>"
    )
    instance.request_approval(instance.change, instance.cab)
    uri = f"change_request.do?sys_id={instance.change}"
    page = requests.get(f"{server.url}/nav_to.do", params={"uri": uri}, timeout=5).text
    assert page == requests.get(f"{server.url}/ticket/{instance.number}", timeout=5).text
    for words in (
        "Kassa",
        "C4 I3 A2 - kantooruren",
        "GDPR",
        "An Willems",
        "Requested",
        "&lt;b&gt;hoi&lt;/b&gt;",
        "Dirk Peeters",
    ):
        assert words in page
    assert "<script>" not in page
    assert instance.number in requests.get(server.url, timeout=5).text
    assert requests.get(f"{server.url}/ticket/CHG0", timeout=5).status_code == 404


def test_stamps_and_counters_move_only_with_a_change(instance: Instance) -> None:
    instance.later(hours=1)
    instance.set("change_request", instance.change, state=-5)
    row = instance.row("change_request", instance.change)
    assert (row["sys_mod_count"], row["sys_updated_on"]) == ("0", f"{START:%Y-%m-%d %H:%M:%S}")
