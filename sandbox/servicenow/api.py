"""The sandbox instance's HTTP face: Table API, token endpoint, and the refusals a real instance gives."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from sandbox.servicenow.query import parse, sort
from sandbox.servicenow.state import Row, State

_ASLEEP = "<!doctype html><title>Instance Hibernating</title><p>Your instance is hibernating.</p>"
_NO_RECORD = ("No Record found", "Record doesn't exist or ACL restricts the record retrieval")
_NO_QUERY = (
    "Insufficient rights to query records",
    "Field(s) present in the query do not have permission to be read",
)
_NO_WRITE = ("Operation Failed", "ACL Exception Update Failed due to security constraints")


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """An answer other than the one asked for."""

    status: int
    message: str
    detail: str = ""


class Accounts:
    """Who may log in: passwords, API keys, OAuth clients and the tokens they hold."""

    def __init__(self) -> None:
        self.passwords: dict[str, str] = {}
        self.clients: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.keys: dict[str, str] = {}

    def who(self) -> str | None:
        """User name behind the current request; None when the credentials are wrong or absent."""
        auth = request.authorization
        if key := request.headers.get("x-sn-apikey"):
            return self.keys.get(key)
        if auth is None:
            return None
        if auth.type == "bearer":
            return self.tokens.get(auth.token or "")
        name, password = auth.username or "", auth.password or ""
        return name if self.passwords.get(name) == password and name else None

    def issue(self) -> Response:
        """POST /oauth_token.do with the client credentials grant."""
        form = request.form
        secret, user = self.clients.get(form.get("client_id", ""), ("", ""))
        if (
            form.get("grant_type") != "client_credentials"
            or not secret
            or form.get("client_secret") != secret
        ):
            return make_response(jsonify(error="server_error", error_description="access_denied"), 401)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = user
        # No refresh token: the client credentials grant gives none.
        return jsonify(access_token=token, scope="useraccount", token_type="Bearer", expires_in=1799)


class TableApi:
    """GET, POST, PUT and PATCH on /api/now/table/{table}[/{sys_id}], with and without /v2."""

    def __init__(self, state: State, accounts: Accounts) -> None:
        self.state, self.accounts = state, accounts
        self.blueprint = Blueprint("servicenow_api", __name__)
        # pysnow asks the one without a version; the vendor has both.
        for base in ("/api/now/table", "/api/now/v2/table"):
            self.blueprint.add_url_rule(
                f"{base}/<table>",
                view_func=self._many,
                methods=["GET", "POST"],
                endpoint=f"m{base}".replace("/", "_"),
            )
            self.blueprint.add_url_rule(
                f"{base}/<table>/<sys_id>",
                view_func=self._one,
                methods=["GET", "PUT", "PATCH"],
                endpoint=f"o{base}".replace("/", "_"),
            )
        self.blueprint.add_url_rule("/oauth_token.do", view_func=accounts.issue, methods=["POST"])
        self.blueprint.register_error_handler(Refusal, refuse)

    # -- requests -------------------------------------------------------------------------------------------

    def _many(self, table: str) -> Response:
        return self._answer(
            table, lambda who: self._post(table, who) if request.method == "POST" else self._list(table, who)
        )

    def _one(self, table: str, sys_id: str) -> Response:
        return self._answer(
            table,
            lambda who: (
                self._get(table, sys_id) if request.method == "GET" else self._write(table, sys_id, who)
            ),
        )

    def _answer(self, table: str, act: Any) -> Response:
        access = self.state.access
        if access.hibernating:
            # A developer instance that sleeps answers every request with this page, and with a 200.
            return Response(_ASLEEP, 200, content_type="text/html; charset=UTF-8")
        who = self.accounts.who()
        if who is None:
            if access.anonymous_answers:
                return jsonify(result=[])
            raise Refusal(401, "User Not Authenticated", "Required to provide Auth information")
        # A 400 for a table, where a record that is missing is a 404: so answers an instance without the plugin.
        if table not in self.state.tables or table in access.missing_tables:
            raise Refusal(400, f"Invalid table {table}")
        if table in access.forbidden_tables:
            raise Refusal(403, *_NO_QUERY)
        with self.state.lock:
            answer: Response = act(who)
        # With every answer, as instances do: a client that keeps it is tied to one node.
        answer.headers["Set-Cookie"] = "glide_session_store=0; Max-Age=1800; Path=/; HttpOnly"
        return answer

    # -- reading --------------------------------------------------------------------------------------------

    def _list(self, table: str, who: str) -> Response:
        found = self._search(table, request.args.get("sysparm_query", ""), who)
        offset, limit = (
            request.args.get("sysparm_offset", 0, int),
            # The documented default: who asks for no limit gets up to ten thousand.
            request.args.get("sysparm_limit", 10000, int),
        )
        # The limit comes before the row rules: a page may hold fewer records than asked for, or none.
        page = [
            self._record(table, row) for row in found[offset : offset + limit] if self._visible(table, row)
        ]
        if self.state.access.meta_rows:
            page.append({"__meta": {"encodedQuery": ""}})
        answer = jsonify(result=page)
        if request.args.get("sysparm_no_count") != "true" and not self.state.access.uncounted:
            # Counted before the row rules: a client can tell that something is kept from it, and not what.
            answer.headers["X-Total-Count"] = str(len(found))
        if len(found) > limit:
            answer.headers["Link"] = _links(offset, limit, len(found))
        return answer

    def _search(self, table: str, text: str, who: str) -> list[Row]:
        state = self.state
        user = state.find("sys_user", user_name=who)
        scripts = {
            "javascript:gs.getUserID()": user["sys_id"] if user else "",
            "javascript:gs.getUserName()": who,
        }
        query = parse(text, lambda column: self._queryable(table, column), scripts)
        # The same mistake, refused by some instances and dropped by others (docs/servicenow-facts.md, rows 2 and 3).
        if query.invalid and state.access.strict_queries:
            raise Refusal(403, *_NO_QUERY)
        # By default what is not understood is left out, and the rest of the query holds:
        # https://docs.servicenow.com/bundle/geneva-servicenow-platform/page/integrate/inbound_rest/reference/r_TableAPI-GET.html
        if query.invalid and state.access.no_rows_on_invalid:
            return []
        look = self._looker(table)
        found = [row for row in state.all(table) if query.holds(partial(look, row))]
        return sort(found, query, look)

    def _looker(self, table: str) -> Callable[[Row, str], str]:
        """Gives raw values for one query; what many records refer to is looked up once."""
        state = self.state
        plain: dict[str, bool] = {}
        walked: dict[tuple[str, str], str] = {}

        def look(row: Row, column: str) -> str:
            if column not in plain:
                plain[column] = "." not in column and state.kind(table, column) != "journal"
            if plain[column]:
                return row.get(column, "")
            place = (column, row.get(column.partition(".")[0], ""))
            if place not in walked:
                walked[place] = state.raw(table, row, column)
            return walked[place]

        return look

    def _queryable(self, table: str, column: str) -> bool:
        state = self.state
        known = bool(state.kind(table, column)) and not state.hidden(table, column)
        return known and (table, column) not in state.access.unqueryable

    def _visible(self, table: str, row: Row) -> bool:
        access = self.state.access
        return row["sys_id"] not in access.hidden_rows and table not in access.hidden_tables

    def _get(self, table: str, sys_id: str) -> Response:
        row = self.state.get(table, sys_id)
        if row is None or not self._visible(table, row):
            raise Refusal(404, *_NO_RECORD)
        return jsonify(result=self._record(table, row))

    def _record(self, table: str, row: Row) -> dict[str, Any]:
        asked = [f.strip() for f in request.args.get("sysparm_fields", "").split(",") if f.strip()]
        state = self.state
        unseen = [c for c in asked if not state.kind(table, c) or state.hidden(table, c)]
        if unseen and state.access.strict_fields:
            raise Refusal(403, *_NO_QUERY)
        columns = [
            c for c in asked or state.columns(table) if state.kind(table, c) and not state.hidden(table, c)
        ]
        return {column: self._cell(table, row, column) for column in columns}

    def _cell(self, table: str, row: Row, column: str) -> Any:
        mode = request.args.get("sysparm_display_value", "false").lower()
        kind, value = self.state.kind(table, column), self.state.raw(table, row, column)
        linked = (
            kind.startswith("ref:")
            and value != ""
            and request.args.get("sysparm_exclude_reference_link", "false").lower() != "true"
        )
        link = {"link": f"{request.host_url}api/now/table/{kind[4:]}/{value}"} if linked else {}
        if mode == "false":
            return {**link, "value": value} if linked else value
        shown = self.state.shown(table, row, column)
        # References then come without their sys_id: a client that needs both has to ask for "all".
        if mode == "true":
            return {"display_value": shown, **link} if linked else shown
        # An empty choice shows as null rather than as "".
        return {"display_value": None if kind == "choice" and not value else shown, "value": value, **link}

    # -- writing --------------------------------------------------------------------------------------------

    def _body(self, table: str) -> dict[str, str]:
        if table in self.state.access.read_only:
            raise Refusal(403, *_NO_WRITE)
        if self.state.access.data_policy:
            raise Refusal(403, "Operation Failed", f"Data Policy Exception: {self.state.access.data_policy}")
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Refusal(400, "Exception while reading request", "The payload is not valid JSON")
        ignored = {c for t, c in self.state.access.ignored_columns if t == table}
        # What may not be written, and what no column is, is dropped in silence.
        taken = {c: v for c, v in body.items() if self.state.kind(table, c) and c not in ignored}
        return {c: v if isinstance(v, str) else str(v) for c, v in taken.items()}

    def _post(self, table: str, who: str) -> Response:
        sys_id = self.state.insert(table, self._body(table), who)
        row = self.state.rows[table][sys_id]
        answer = make_response(jsonify(result=self._record(table, row)), 201)
        answer.headers["Location"] = f"{request.host_url}api/now/table/{table}/{sys_id}"
        return answer

    def _write(self, table: str, sys_id: str, who: str) -> Response:
        row = self.state.get(table, sys_id)
        if row is None or not self._visible(table, row):
            raise Refusal(404, *_NO_RECORD)
        body = self._body(table)
        # Data policies hold for REST as for the form, also for a request that touches another column.
        for column, words in self.state.access.mandatory.items():
            if not body.get(column, row.get(column, "")):
                raise Refusal(403, "Operation Failed", f"Data Policy Exception: {words}")
        if table == "sysapproval_approver" and "state" in body:
            asked = self.state.get("sys_user", row["approver"])
            # Only who was asked may answer: an integration account cannot approve for anybody.
            if asked is None or asked["user_name"] != who:
                raise Refusal(403, *_NO_WRITE)
        self.state.update(table, sys_id, body, who)
        return jsonify(result=self._record(table, row))


def _links(offset: int, limit: int, total: int) -> str:
    last = (total - 1) // limit * limit
    # Before the first page there is still a rel="prev", with an offset of -1.
    places = {
        "first": 0,
        "prev": offset - limit if offset >= limit else -1,
        "next": offset + limit,
        "last": last,
    }
    if offset + limit >= total:
        del places["next"]
    base = f"{request.host_url}{request.path[1:]}?sysparm_limit={limit}"
    return ",".join(f'<{base}&sysparm_offset={where}>;rel="{rel}"' for rel, where in places.items())


def refuse(refusal: Refusal) -> Response:
    """The answer for a refusal."""
    body = {"error": {"message": refusal.message, "detail": refusal.detail or None}, "status": "failure"}
    answer = make_response(jsonify(body), refusal.status)
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'BASIC realm="Service-now"'
    return answer
