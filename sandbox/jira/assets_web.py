"""The addresses of Assets in the Jira sandbox, as far as a reader touches them.

On Cloud below `/jsm/assets/workspace/<id>/v1`, on Data Center below `/rest/assets/1.0` or the older
`/rest/insight/1.0`. As on real sites, a listing names attributes by id only, leaves empty ones out, and does not tell
a hidden object from a deleted one.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import Blueprint, Flask, g, jsonify, request

from sandbox.jira.assets import PREFIX, SCHEMA, Assets, Object, Reference, Status
from sandbox.jira.fields import WORKSPACE
from sandbox.jira.records import User
from sandbox.jira.state import State
from sandbox.jira.web import Refusal


def add_assets(app: Flask, site: State) -> None:
    """Add the addresses of Cloud or of Data Center."""
    app.register_blueprint(_discovery(site), url_prefix="/rest/servicedeskapi/assets")
    if site.server:
        for name in ("assets", "insight"):
            app.register_blueprint(data_center(site.assets, name), url_prefix=f"/rest/{name}/1.0")
    else:
        app.register_blueprint(cloud(site.assets), url_prefix="/jsm/assets/workspace/<workspace>/v1")


def _discovery(site: State) -> Blueprint:
    desk = Blueprint("workspaces", __name__)

    @desk.get("/workspace")
    def workspaces() -> Any:
        values = [{"workspaceId": WORKSPACE}] if site.assets.types and not site.server else []
        return {"size": len(values), "start": 0, "limit": 50, "isLastPage": True, "values": values}

    return desk


def cloud(assets: Assets) -> Blueprint:
    """The addresses of Cloud."""
    api = Blueprint("assets", __name__)
    _shared(api, assets, text_ids=True)

    @api.before_request
    def place() -> None:
        # Taken out of the arguments: the routes below are shared with Data Center, which has no workspaces.
        if (request.view_args or {}).pop("workspace", "") != WORKSPACE:
            raise Refusal(404, {"errorMessages": ["Workspace not found"], "errors": {}})

    @api.post("/object/aql")
    def query() -> Any:
        start, size = request.args.get("startAt", 0, int), request.args.get("maxResults", 25, int)
        found = _found(assets, str((request.get_json() or {}).get("qlQuery", "")))
        return {
            "startAt": start,
            "maxResults": size,
            "total": len(found),
            "isLast": start + size >= len(found),
            "values": [_bean(assets, o, text_ids=True) for o in found[start : start + size]],
        }

    return api


def data_center(assets: Assets, name: str) -> Blueprint:
    """The addresses of Data Center, below `assets` or `insight`."""
    api = Blueprint(name, __name__)
    _shared(api, assets, text_ids=False)

    @api.before_request
    def place() -> None:
        # Without Assets the address does not exist: a 404, unlike the 403 of an account without the role.
        if name not in assets.addresses or not assets.types:
            raise Refusal(404, {"message": "null for uri", "status-code": 404})

    @api.get("/aql/objects" if name == "assets" else "/iql/objects")
    def query() -> Any:
        page, size = request.args.get("page", 1, int), request.args.get("resultPerPage", 25, int)
        found = _found(assets, request.args.get("qlQuery" if name == "assets" else "iql", ""))
        part = found[(page - 1) * size : page * size]
        return {
            "objectEntries": [_bean(assets, o, text_ids=False) for o in part],
            "totalFilterCount": len(found),
            "pageNumber": page,
            "pageObjectSize": size,
        }

    return api


def _shared(api: Blueprint, assets: Assets, *, text_ids: bool) -> None:
    @api.before_request
    def role() -> None:
        if assets.closed:
            raise Refusal(403, {"errorMessages": ["You do not have permission."], "errors": {}})

    @api.get("/object/<name>")
    def one(name: str) -> Any:
        found = assets.visible(name)
        if found is None:
            raise Refusal(404, {"errorMessages": ["No object could be found."], "errors": {}})
        return _bean(assets, found, text_ids=text_ids, named=True)

    @api.get("/objectschema/list")
    def schemas() -> Any:
        rows = [{"id": SCHEMA, "name": "Applications", "objectSchemaKey": PREFIX}] if assets.types else []
        return {"values": rows} if text_ids else {"objectschemas": rows}

    @api.get("/objectschema/<schema>/objecttypes/flat")
    def types(schema: str) -> Any:
        return jsonify([{"id": assets.type_id(name), "name": name} for name in assets.types])

    @api.get("/objecttype/<number>/attributes")
    def attributes(number: str) -> Any:
        if assets.typeless:
            raise Refusal(403, {"errorMessages": ["You do not have permission."], "errors": {}})
        own = next((a for kind, a in assets.types.items() if assets.type_id(kind) == number), {})
        return jsonify([{"id": _id(i, text_ids), "name": name} for name, i in own.items()])


def _found(assets: Assets, text: str) -> list[Object]:
    try:
        return assets.query(text)
    except ValueError:
        raise Refusal(400, {"errorMessages": ["The AQL is not valid."], "errors": {}}) from None


def _bean(assets: Assets, one: Object, *, text_ids: bool, named: bool = False) -> dict[str, Any]:
    ids = assets.types[one.type]
    values = {"Key": one.key, "Name": one.label, **one.values}
    filled = {name: v for name, v in values.items() if v is not None and v != []}
    return {
        "id": _id(one.id, text_ids),
        "label": one.label,
        "objectKey": one.key,
        "objectType": {"id": _id(assets.type_id(one.type), text_ids), "name": one.type},
        "updated": f"{one.updated.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "attributes": [
            {
                "objectTypeAttributeId": _id(ids[name], text_ids),
                "objectAttributeValues": [_value(v) for v in (held if isinstance(held, list) else [held])],
                **({"objectTypeAttribute": {"id": ids[name], "name": name}} if named else {}),
            }
            for name, held in filled.items()
        ],
    }


def _id(number: str, text: bool) -> str | int:
    # Cloud gives ids as text, Data Center as numbers.
    return number if text else int(number)


def _value(value: Any) -> dict[str, Any]:
    match value:
        case User():
            shown = g.beans.user(value)
            return {"displayValue": value.name, "searchValue": value.account_id, "user": shown}
        case Status(name):
            return {"displayValue": name, "searchValue": name, "status": {"id": "1", "name": name}}
        case Reference(label, number):
            other = {"id": number or "1", "label": label, "objectKey": f"{PREFIX}-{number or 1}"}
            return {"displayValue": label, "referencedType": True, "referencedObject": other}
        case bool():
            return _value(str(value).lower())
    return {"value": str(value), "displayValue": str(value), "searchValue": str(value)}
