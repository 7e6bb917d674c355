"""The connector against what is known of the API: every recorded payload is understood for what it is, and every
request is one that the published description has. Skipped where these are not at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask, Response
from jsonschema import Draft4Validator

from connectors.servicenow import build, conflict_check
from connectors.servicenow.client import Client
from connectors.servicenow.settings import ServiceNowSettings
from connectors.shared.http import policy
from domain.people import Role
from domain.ports.connector import Connector
from domain.ports.errors import AuthRefused, Forbidden, Garbled, NotFound, RateLimited, SourceError
from domain.ports.messaging import Marker, Place
from domain.schedule_conflicts import Clash
from domain.ticket import AssetRef
from sandbox.server import Received, Server
from sandbox.servicenow.app import INTEGRATION_PASSWORD, INTEGRATION_USER, ServiceNowSandbox

SHARED = Path(__file__).parents[2] / ".." / "shared"
PAYLOADS = SHARED / "payloads" / "servicenow"
SPEC = SHARED / "specs" / "servicenow-docs-derived-openapi.json"
SYS_ID = "0123456789abcdef0123456789abcdef"
LIST, ONE, OTHER, WRITE = "list", "one", "other", "write"

EXPECTED: dict[str, tuple[str, int | type[SourceError]]] = {
    "chg_rest_ci_schedule.json": (OTHER, 5),
    "chg_rest_list_full.json": (LIST, 1),
    "chg_rest_model_list.json": (LIST, 1),
    "chg_rest_standard_create_excerpt.json": (ONE, 1),
    "empty_result.json": (LIST, 0),
    "error_200_transaction_cancelled_malformed.txt": (LIST, Garbled),
    "error_401.json": (LIST, AuthRefused),
    "error_403_data_policy.json": (WRITE, Forbidden),
    "error_403_query_field.json": (LIST, Forbidden),
    "error_403_write_acl.json": (WRITE, Forbidden),
    "error_404_no_record.json": (ONE, NotFound),
    "error_404_not_part_of_api.json": (LIST, NotFound),
    "error_429_rate_limit.json": (LIST, RateLimited),
    "journal_display_value_all_excerpt.json": (OTHER, 1),
    "malformed_json.txt": (LIST, Garbled),
    "real_change_conflicts.json": (OTHER, 5),
    "real_change_tasks.json": (LIST, 1),
    "real_cmdb_ci_display_true.json": (LIST, 1),
    "real_cmdb_ci_subset.json": (LIST, 1),
    "real_cmdb_ci_utf8.json": (LIST, 1),
    "real_groups.json": (LIST, 1),
    "real_std_template.json": (ONE, 1),
    "real_table_CHG0000001.json": (LIST, 1),
    "real_table_CHG0000003.json": (LIST, 1),
    "real_table_CHG0040007_custom_cr_fields.json": (LIST, 1),
    "real_table_planned_crs.json": (LIST, 2),
    "sys_journal_field_rows.json": (LIST, 2),
    "sysapproval_approver_list.json": (LIST, 3),
    "sysapproval_approver_patch.json": (WRITE, 1),
    "table_get_one.json": (ONE, 1),
    "table_list_default_display_false.json": (LIST, 1),
    "table_list_dotwalk_display_true.json": (LIST, Garbled),  # not asked for sys_id, which we always do
    "table_patch_response.json": (WRITE, 1),
    "table_post_201.json": (ONE, 1),
}
"""By file: how it is asked for, and what comes of it: how many records (parts of another answer), or which error."""


def served(body: str, status: int) -> Flask:
    app = Flask("recorded")
    answer = lambda _: Response(body, status, content_type="application/json")  # noqa: E731
    app.add_url_rule("/<path:_>", view_func=answer, methods=["GET", "PATCH"])
    return app


def settings(url: str, **more: Any) -> ServiceNowSettings:
    given: dict[str, Any] = {"url": url, "user": INTEGRATION_USER, "password": INTEGRATION_PASSWORD}
    return ServiceNowSettings(_env_file=None, **(given | more))  # type: ignore[call-arg]


def asked_for(client: Client, how: str) -> int:
    if how == LIST:
        return len(client.first("change_request", "", ()).rows)
    if how == OTHER:
        return len(client.other(conflict_check.address(SYS_ID)))
    if how == ONE:
        return int(bool(client.record("change_request", SYS_ID)))
    return int(bool(client.patch("change_request", SYS_ID, {"work_notes": "x"}, ())))


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="recorded payloads are not at hand")
class TestPayloads:
    @pytest.mark.parametrize("name", EXPECTED)
    def test_is_understood_for_what_it_is(self, name: str) -> None:
        text = (PAYLOADS / name).read_text(encoding="utf-8")
        kept = json.loads(text) if "error_4" in name else {}
        status = int(kept.get("status", 404)) if str(kept.get("status", "")).isdigit() else 404
        body = json.dumps(kept.get("body", kept)) if kept else text
        expected = EXPECTED[name][1]
        with Server(served(body, status if kept else 200)) as server:
            client = Client(settings(server.url), policy("servicenow", total=0))
            if isinstance(expected, int):
                assert asked_for(client, EXPECTED[name][0]) == expected
                return
            with pytest.raises(expected):
                asked_for(client, EXPECTED[name][0])

    def test_every_recorded_file_is_looked_at(self) -> None:
        listed = {entry["file"] for entry in json.loads((PAYLOADS / "index.json").read_text())["files"]}
        assert listed == set(EXPECTED)

    def test_recorded_conflicts_are_told_by_number_and_item(self) -> None:
        body = (PAYLOADS / "real_change_conflicts.json").read_text()
        row = {"conflict_status": "Conflict", "conflict_last_run": "2019-10-01 12:50:34"}
        with Server(served(body, 200)) as server:
            found = conflict_check.read(Client(settings(server.url)), "change_request", SYS_ID, row)
        assert found is not None
        assert found.at == datetime(2019, 10, 1, 12, 50, 34, tzinfo=UTC)
        assert [(c.kind, c.with_what, c.asset) for c in found.conflicts] == [
            (Clash.CHANGE, "CHG0030104", "Java Application Server FLX"),
            (Clash.CHANGE, "CHG0030106", "Java Application Server FLX"),
        ]


# -- requests -----------------------------------------------------------------------------------------------

BY_THE_LIBRARY = {
    *("sysparm_query", "sysparm_limit", "sysparm_offset", "sysparm_display_value", "sysparm_fields"),
    *("sysparm_view", "sysparm_exclude_reference_link", "sysparm_suppress_pagination_header"),
}
"""Sent by pysnow with every request; where they have no meaning they are not in the description."""

TYPES: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "boolean": lambda words: {"true": True, "false": False}.get(words.lower(), words),
    "string": str,
}


@pytest.fixture
def story() -> Iterator[tuple[ServiceNowSandbox, Connector, Server]]:
    """An instance with something of everything, and the connector with everything switched on."""
    told = ServiceNowSandbox()
    an = told.add_user("An Willems")
    cab = told.add_group("CAB", [an])
    schedule = told.add_schedule("Zondag", {"start_date_time": "20260104T020000", "repeat_type": "weekly"})
    app = told.add_ci(
        "cmdb_ci_business_app", name="Kassa", data_classification="4", maintenance_schedule=schedule
    )
    told.add_relation(told.add_ci("cmdb_ci_server", name="srv"), app)
    release = told.add_release(short_description="Najaar")
    change = told.add_change(short_description="Kassa", cmdb_ci=app, parent=release, requested_by=an)
    told.add_affected_ci(change, app)
    told.request_approval(change, cab)
    told.check_conflicts(change, {"type": "blackout", "schedule": schedule})
    with Server(told.app) as server:
        connector = build(
            settings(
                server.url,
                relation_hops=1,
                status_column="u_compliance_status",
                task_fields={"test_validated_by": "testing"},
                ci_fields={
                    "confidentiality": "cmdb_ci_business_app.data_classification",
                    "maintenance_windows": "maintenance_schedule",
                },
            )
        )
        assert connector is not None
        yield told, connector, server


def everything(connector: Connector) -> None:
    """Everything the connector ever asks and writes."""
    source, book, outlet = connector.source, connector.book, connector.channel
    assert source and book and outlet and connector.relations
    source.identify()
    refs = [*source.census(), *source.changed(datetime(2026, 1, 1, tzinfo=UTC))]
    tickets = [source.read(ref) for ref in {ref.id: ref for ref in refs}.values()]
    assets = [asset for ticket in tickets for asset in ticket.assets]
    book.look_up([*assets, AssetRef("jira", "1", "Kassa")])
    connector.relations.related(assets)
    source.roles({Role.CAB: ["CAB", "an.willems"]})
    source.find(tickets[0].key)
    for ticket in tickets:
        place, marker = Place(ticket.id), Marker("slot", "ab" * 32, 1)
        outlet.find(place, marker, datetime(2026, 1, 1, tzinfo=UTC))
        outlet.create(place, "Nog twee punten.", marker)
    list(connector.examiner.examine({Role.CAB: ["CAB"]}))


@pytest.mark.skipif(not SPEC.is_file(), reason="the description of the API is not at hand")
class TestRequests:
    def test_every_request_is_in_the_description(
        self, story: tuple[ServiceNowSandbox, Connector, Server]
    ) -> None:
        paths = json.loads(SPEC.read_text(encoding="utf-8"))["paths"]
        _, connector, server = story
        everything(connector)
        assert {asked.method for asked in server.asked} == {"GET", "PATCH"}
        assert any("sn_chg_rest" in asked.path for asked in server.asked)
        problems = {problem for asked in server.asked for problem in _problems(paths, asked)}
        assert problems == set()

    @pytest.mark.parametrize(
        ("method", "path", "query", "body"),
        [
            ("DELETE", "/api/now/table/change_request", "", b""),
            ("GET", "/api/now/table/change_request/../sys_user", "", b""),
            ("GET", "/api/now/table/change_request", "sysparm_limit=many", b""),
            ("GET", "/api/now/table/change_request", "sysparm_colour=blue", b""),
            ("PATCH", f"/api/now/table/change_request/{SYS_ID}", "", b"[1]"),
            ("PATCH", f"/api/now/table/change_request/{SYS_ID}", "", b'{"work_notes": {"a": 1}}'),
        ],
    )
    def test_what_is_not_in_the_description_is_seen(
        self, method: str, path: str, query: str, body: bytes
    ) -> None:
        paths = json.loads(SPEC.read_text(encoding="utf-8"))["paths"]
        assert list(_problems(paths, Received(method, path, query, body, {})))


def _problems(paths: dict[str, Any], asked: Received) -> Iterator[str]:
    found = [
        (p, m) for p in paths if (m := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", p), asked.path))
    ]
    found = [(p, m) for p, m in found if asked.method.lower() in paths[p]]
    if not found:
        yield f"no operation {asked.method} {asked.path}"
        return
    path, match = found[0]
    operation = paths[path][asked.method.lower()]
    known = {p["name"]: p for p in operation["parameters"]}
    given = dict(parse_qsl(asked.query, keep_blank_values=True))
    yield from (f"{path}: no parameter {name}" for name in given.keys() - known.keys() - BY_THE_LIBRARY)
    sent = {
        n: TYPES[known[n]["schema"]["type"]](w)
        if w.isdigit() or known[n]["schema"]["type"] != "integer"
        else w
        for n, w in given.items()
        if n in known
    }
    for name, value in (sent | match.groupdict()).items():
        for error in Draft4Validator(known[name]["schema"]).iter_errors(value):
            yield f"{path}: {name}: {error.message}"
    missing = [n for n, p in known.items() if p["required"] and n not in sent | match.groupdict()]
    yield from (f"{path}: {name} is not given" for name in missing)
    yield from _body_problems(operation, path, asked)


BODY = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
"""What is said of bodies in words: name-value pairs of the record."""


def _body_problems(operation: dict[str, Any], path: str, asked: Received) -> Iterator[str]:
    if not asked.body:
        return
    if asked.method == "GET":
        yield f"{path}: a body on GET"
        return
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for schema in (BODY, content.get("schema", {})):
        for error in Draft4Validator(schema).iter_errors(json.loads(asked.body)):
            yield f"{path}: body: {error.message}"
