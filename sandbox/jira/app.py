"""A local Jira Cloud with Jira Service Management: the part of its HTTP API that a bot like ours touches.

Answers, refusals and oddities follow Atlassian's published API description and what was measured on live
sites: wrong credentials give an anonymous, empty 200 on most addresses; the old search is gone (410); a
missing permission to comment is a 400.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.jira.assets_web import add_assets
from sandbox.jira.beans import Beans, page, stamp
from sandbox.jira.comments import comments
from sandbox.jira.pages import pages
from sandbox.jira.records import Issue, User
from sandbox.jira.search import offset_search, token_search
from sandbox.jira.state import State
from sandbox.jira.web import CLOUD_ID, Refusal, asked_page, find_issue, gateway, need_issue, refuse

_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "
    "guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
# These serve a visitor with a 200, as measured on live sites; every other address of the API says 401 or 404.
_ANONYMOUS = ("/serverInfo", "/field", "/search/jql", "/issuetype", "/_edge", "/browse")


class JiraSandbox(State):
    """The site: tell it a story with the verbs of `State`, serve `.app`. With `server` it is a Data Center:
    version 2 of the API only, the old search, users with keys, personal access tokens, wiki text.
    """

    def __init__(
        self, clock: Callable[[], datetime] | None = None, title: str = "Jira", *, server: bool = False
    ) -> None:
        super().__init__(clock)
        self.title, self.server = title, server
        self.app = _app(self)


def _app(site: JiraSandbox) -> Flask:
    app = Flask("jira-sandbox")
    # Members in the order in which Jira gives them: recorded answers are read by people.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["site"] = site
    app.before_request(lambda: _who(site))
    app.after_request(_seraph)
    app.register_error_handler(Refusal, lambda e: (jsonify(e.body), e.status))
    app.register_error_handler(HTTPException, _nothing_here)
    api = _platform(site)
    comments(api, site)
    for version in ("2",) if site.server else ("2", "3"):
        app.register_blueprint(api, url_prefix=f"/rest/api/{version}", name=f"api{version}")
    add_assets(app, site)
    app.register_blueprint(_service_desk(site), url_prefix="/rest/servicedeskapi")
    app.register_blueprint(pages(site))
    app.add_url_rule("/_edge/tenant_info", view_func=lambda: {"cloudId": CLOUD_ID})
    app.wsgi_app = gateway(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _who(site: JiraSandbox) -> Response | tuple[Response, int] | None:
    """Basic auth of e-mail and token. Wrong ones make an anonymous visitor, with a header that says so."""
    version = "2" if request.path.startswith("/rest/api/2") else "3"
    g.beans = Beans(site, request.host_url.rstrip("/"), version)
    given = request.authorization
    g.user = g.failed = None
    if given is not None:
        g.user = next((u for u in site.users.values() if u.token and _knows(u, given, site)), None)
        g.failed = g.user is None
    # Data Center is plain about it; only Cloud takes wrong credentials for a visitor.
    if site.server and g.failed:
        return Response("Unauthorized", 401)
    if given is not None and given.type == "bearer" and not _takes_bearer(site):
        raise Refusal(403, {"error": "Failed to parse Connect Session Auth Token"})
    if g.user or _for_anybody(request.path):
        return None
    if "/issue/" in request.path and "servicedeskapi" not in request.path:
        # As of an issue that is not there: wrong credentials alone would be taken for a deletion.
        refuse(404, "Issue does not exist or you do not have permission to see it.")
    return Response("Client must be authenticated to access this resource.", 401)


def _for_anybody(path: str) -> bool:
    return not path.startswith(("/rest/", "/jsm/")) or any(part in path for part in _ANONYMOUS)


def _knows(user: User, given: Any, site: JiraSandbox) -> bool:
    if given.type == "basic":
        name = user.account_id if site.server else user.email
        return bool(given.username == name and given.password == user.token)
    return _takes_bearer(site) and bool(given.token == user.token)


def _takes_bearer(site: JiraSandbox) -> bool:
    return site.server or "sandbox.gateway" in request.environ


def _seraph(answer: Response) -> Response:
    if g.get("failed"):
        # The only sign of wrong credentials in an answer of 200:
        # https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB2942093
        answer.headers["X-Seraph-Loginreason"] = "AUTHENTICATED_FAILED"
    answer.headers["X-Arequestid"] = secrets.token_hex(16)
    return answer


def _nothing_here(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"message": "null for uri", "status-code": error.code}), error.code or 500


def _platform(site: JiraSandbox) -> Blueprint:
    api = Blueprint("api", __name__)

    @api.get("/serverInfo")
    def server_info() -> Any:
        return {
            "baseUrl": g.beans.base,
            "version": "10.3.2" if site.server else "1001.0.0-SNAPSHOT",
            "versionNumbers": [10, 3, 2] if site.server else [1001, 0, 0],
            "deploymentType": "Server" if site.server else "Cloud",
            "buildNumber": 100294,
            "serverTime": stamp(site.now()),
            "serverTitle": site.title,
            "serverTimeZone": "Etc/UTC",
        }

    @api.get("/myself")
    def myself() -> Any:
        return g.beans.user(g.user) | {"emailAddress": g.user.email}

    @api.get("/field")
    def fields() -> Any:
        # A visitor gets the system's own fields: a list that is short, and no error.
        seen = [f for f in site.fields.values() if g.user or "_" not in f.id]
        return jsonify([g.beans.field(f) for f in seen])

    @api.get("/status")
    def every_status() -> Any:
        return jsonify([g.beans.status(name) for name in site.statuses()])

    @api.get("/issuetype")
    def issue_types() -> Any:
        return jsonify([g.beans.issue_type(t) for t in site.types if g.user])

    _searches(api, site)
    _issues(api, site)
    _directory(api, site)
    return api


def _searches(api: Blueprint, site: JiraSandbox) -> None:
    @api.route("/search", methods=["GET", "POST"])
    def old_search() -> Any:
        if not site.server:
            refuse(410, _REMOVED)
        return offset_search(site)

    @api.route("/search/jql", methods=["GET", "POST"])
    def enhanced_search() -> Any:
        if site.server:
            refuse(404, "null for uri")
        return token_search(site)


def _issues(api: Blueprint, site: JiraSandbox) -> None:
    @api.get("/issue/<key>")
    def issue(key: str) -> Any:
        found = need_issue(site, key)
        names = request.args.get("fields", "*all").split(",")
        history = "changelog" in request.args.get("expand", "").split(",")
        return g.beans.issue(found, names, history=history)

    @api.post("/issue/bulkfetch")
    def issues() -> Any:
        given = request.get_json()
        asked = given.get("issueIdsOrKeys") or []
        if site.server or not 1 <= len(asked) <= 100:
            refuse(404 if site.server else 400, "The number of issues must be between 1 and 100.")
        seen = [i for i in (find_issue(site, str(k)) for k in asked) if i]
        names, history = given.get("fields") or ["*all"], "changelog" in (given.get("expand") or [])
        # Not in the order asked for: the real one promises none, and a client that counts on it is found out.
        rows = [g.beans.issue(i, names, history=history) for i in sorted(seen, key=lambda i: int(i.id))]
        return {"issues": rows, "issueErrors": []}

    @api.get("/issue/<key>/changelog")
    def changelog(key: str) -> Any:
        if site.server:
            refuse(404, "null for uri")
        rows = [g.beans.change(c) for c in need_issue(site, key).history]
        return page(rows, *asked_page(100, 100))


def _directory(api: Blueprint, site: JiraSandbox) -> None:
    @api.get("/group/member")
    def members() -> Any:
        ids = {g.beans.group(name)["groupId"]: name for name in site.groups}
        name = ids.get(request.args.get("groupId", ""), request.args.get("groupname", ""))
        if name not in site.groups:
            refuse(404, "The group does not exist.")
        # Inactive members are left out unless `includeInactiveUsers` asks for them.
        users = [site.users[u] for u in site.groups[name] if site.users[u].active]
        return page([g.beans.user(u) for u in users], *asked_page(50, 50))

    @api.get("/user")
    def user() -> Any:
        found = site.users.get(request.args.get("username" if site.server else "accountId", ""))
        if found is None:
            refuse(404, "Specified user does not exist or you do not have required permissions")
        return g.beans.user(found)

    @api.get("/user/search")
    def find_users() -> Any:
        words = request.args.get("username" if site.server else "query", "").lower()
        seen = ((u, u.email if u.email_visible else "") for u in site.users.values())
        found = [
            u for u, email in seen if u.name.lower().startswith(words) or email.lower().startswith(words)
        ]
        return jsonify([g.beans.user(u) for u in found if words])

    _projects(api, site)


def _projects(api: Blueprint, site: JiraSandbox) -> None:
    @api.get("/mypermissions")
    def permissions() -> Any:
        project, wanted = request.args.get("projectKey", ""), request.args.get("permissions", "")
        if not wanted:
            refuse(400, "The 'permissions' query parameter is required.")
        if project and project not in site.projects:
            refuse(404, f"No project could be found with key '{project}'.")
        names = wanted.split(",")
        have = {n: {"id": n, "key": n, "havePermission": site.may(n, project)} for n in names}
        return {"permissions": have}

    @api.get("/project/<key>")
    def project(key: str) -> Any:
        if key not in site.projects or not site.may("BROWSE_PROJECTS", key):
            refuse(404, f"No project could be found with key '{key}'.")
        return g.beans.project(key)

    @api.get("/project/<key>/statuses")
    def statuses(key: str) -> Any:
        kinds: dict[str, dict[str, Any]] = {}
        for issue in (i for i in site.issues.values() if i.project == key):
            kinds.setdefault(issue.type, {})[issue.status] = g.beans.status(issue.status)
        shown = ((g.beans.issue_type(k), v) for k, v in kinds.items())
        own = f"{g.beans.api}/issueType/"
        return jsonify([t | {"self": own + t["id"], "statuses": list(v.values())} for t, v in shown])


def _service_desk(site: JiraSandbox) -> Blueprint:
    desk = Blueprint("desk", __name__)

    def request_of(key: str) -> Issue:
        issue = find_issue(site, key)
        if issue is None:
            raise Refusal(404, {"errorMessage": "The request does not exist.", "i18nErrorMessage": {}})
        if not issue.jsm:
            raise Refusal(403, {"errorMessage": "You do not have permission to view this request."})
        return issue

    @desk.get("/request/<key>/approval")
    def approvals(key: str) -> Any:
        rows = [g.beans.approval(a, g.user) for a in request_of(key).approvals]
        start, limit = request.args.get("start", 0, int), request.args.get("limit", 50, int)
        part = rows[start : start + limit]
        last = start + limit >= len(rows)
        return {"size": len(part), "start": start, "limit": limit, "isLastPage": last, "values": part}

    @desk.post("/request/<key>/approval/<approval_id>")
    def answer(key: str, approval_id: str) -> Any:
        issue, decision = request_of(key), (request.get_json(silent=True) or {}).get("decision")
        approval = next((a for a in issue.approvals if a.id == approval_id), None)
        if approval is None:
            raise Refusal(404, {"errorMessage": "The approval does not exist."})
        if decision not in ("approve", "decline"):
            raise Refusal(400, {"errorMessage": "The decision must be approve or decline."})
        if not site.answer_approval(issue.key, approval_id, g.user, decision):
            raise Refusal(403, {"errorMessage": "You are not allowed to answer this approval."})
        return g.beans.approval(approval, g.user)

    return desk
