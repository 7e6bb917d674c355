"""Recorded payloads of real instances, and the documented parameters: skipped where they are not at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, Response
from servicenow_helpers import START, Instance, Nobody, Tools, settings_for

from connectors.servicenow import mapping, values
from connectors.servicenow.fields import Fields
from connectors.servicenow.history import History
from connectors.servicenow.work_notes import _marks
from connectors.shared.errors import status_error
from domain.lifecycle import State
from domain.ports.errors import Garbled, SourceError
from sandbox.server import Server

SHARED = Path(__file__).parents[3] / ".." / "shared"
PAYLOADS = SHARED / "payloads" / "servicenow"
SPEC = SHARED / "specs" / "servicenow-docs-derived-openapi.json"

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="recorded payloads are not at hand")


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "number", "state", "planned"),
    [
        ("real_table_CHG0000001.json", "CHG0000001", None, None),
        ("real_table_CHG0000003.json", "CHG0000003", None, None),
        ("real_table_CHG0040007_custom_cr_fields.json", "CHG0040007", State.AUTHORIZE, "2021-08-02"),
        ("real_table_planned_crs.json", "CHG0040007", State.AUTHORIZE, "2021-08-02"),
    ],
)
def test_recorded_changes(name: str, number: str, state: State | None, planned: str | None) -> None:
    row = payload(name)["result"][0]
    ref = mapping.reference("change_request", row)
    fields = Fields({}, Nobody(), ZoneInfo("UTC")).read(row, History())
    ticket = mapping.ticket("https://example.org", ref, row, mapping.state("change_request", row, {}), fields)
    assert ticket.key == number
    assert ticket.created.tzinfo and ticket.updated >= ticket.created
    assert state is None or ticket.state is state
    assert planned is None or str(ticket.field("planned_end").value).startswith(planned)
    assert ticket.field("test_data").readable is False  # these instances have no such column
    assert ticket.field("change_type").filled


def test_every_recorded_list_of_changes() -> None:
    rows = payload("chg_rest_list_full.json")["result"]
    fields = Fields({}, Nobody(), ZoneInfo("UTC"))
    for row in rows:
        assert fields.read(row, History())["planned_start"].readable
        assert values.value(row, "number")


def test_the_recorded_journal_is_read_as_text() -> None:
    row = payload("journal_display_value_all_excerpt.json")["result"][0]
    assert "Beth Anglin (Work notes)" in values.shown(row, "work_notes")
    assert _marks(values.shown(row, "work_notes"), "x", "slot") == []


@pytest.mark.parametrize(
    "name",
    ["error_200_transaction_cancelled_malformed.txt", "malformed_json.txt"],
    ids=["200 with error", "malformed"],
)
def test_recorded_broken_answers(name: str) -> None:
    body = (PAYLOADS / name).read_text(encoding="utf-8")
    app = Flask("broken")
    app.add_url_rule("/<path:_>", view_func=lambda _: Response(body, 200, content_type="application/json"))
    with Server(app) as server, pytest.raises(Garbled):
        Tools(settings_for(server.url)).source.identify()


@pytest.mark.parametrize(
    "name", sorted(p.name for p in PAYLOADS.glob("error_4*.json")) if PAYLOADS.is_dir() else []
)
def test_recorded_refusals_have_a_name(name: str) -> None:
    kept = payload(name)
    status, error = kept.get("status", 404), kept.get("body", kept)["error"]
    status = status if isinstance(status, int) else 404
    found = status_error(
        "servicenow", status, f"{error['message']}: {error.get('detail') or ''}", writing=False
    )
    assert isinstance(found, SourceError)
    assert error["message"] in str(found)


def test_the_sandbox_invents_no_columns(instance: Instance) -> None:
    recorded = set(payload("real_table_CHG0000003.json")["result"][0])
    recorded |= set(payload("chg_rest_list_full.json")["result"][0])
    ours = {c for c in instance.state.columns("change_request") if not c.startswith("u_")}
    assert ours - recorded == set()


@pytest.mark.skipif(not SPEC.is_file(), reason="the description of the API is not at hand")
def test_every_request_uses_documented_operations_and_parameters(
    instance: Instance, tools: Tools, server: Server
) -> None:
    paths = json.loads(SPEC.read_text(encoding="utf-8"))["paths"]
    for ref in tools.source.changed(START):
        tools.source.read(ref)
    assert len(server.asked) > 8
    for asked in server.asked:
        one = asked.path.count("/") == 5
        operation = paths["/api/now/table/{tableName}" + ("/{sys_id}" if one else "")][asked.method.lower()]
        documented = {p["name"] for p in operation["parameters"]}
        # The library sends the parameters of lists with every request; for one record they have no meaning.
        extra = {"sysparm_query", "sysparm_limit", "sysparm_suppress_pagination_header"} if one else set()
        assert set(parse_qs(asked.query)) <= documented | extra
