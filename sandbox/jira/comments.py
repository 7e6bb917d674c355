"""Comments of the Jira sandbox: list, create, edit, delete, and their properties."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, g, request

from sandbox.jira.beans import page
from sandbox.jira.fields import adf_text
from sandbox.jira.records import Comment, Issue
from sandbox.jira.state import State
from sandbox.jira.web import asked_page, need_issue, refuse

# docs/jira-facts.md, row 12.
LIMIT = 32767
_HIDDEN = "Can not find a comment for the id: {0}."


def comments(api: Blueprint, site: State) -> None:
    """Add the routes to the platform API."""

    @api.get("/issue/<key>/comment")
    def listing(key: str) -> Any:
        issue = need_issue(site, key)
        newest = request.args.get("orderBy", "created").startswith("-")
        rows = [g.beans.comment(issue, c) for c in issue.comments]
        return page(reversed(rows) if newest else rows, *asked_page(100, 100), key="comments")

    @api.post("/issue/<key>/comment")
    def create(key: str) -> Any:
        issue = need_issue(site, key)
        if not site.may("ADD_COMMENTS", issue.project):
            # A 400 and no 403, as Atlassian's API description says of a missing permission.
            refuse(400, comment="You do not have the permission to comment on this work item.")
        body, properties = _given()
        made = site.add_comment(issue.key, body, g.user, properties)
        return g.beans.comment(issue, made), 201

    @api.get("/issue/<key>/comment/<comment_id>")
    def one(key: str, comment_id: str) -> Any:
        issue, comment = _comment(site, key, comment_id)
        return g.beans.comment(issue, comment)

    _changing(api, site)
    _properties(api, site)


def _changing(api: Blueprint, site: State) -> None:
    @api.put("/issue/<key>/comment/<comment_id>")
    def edit(key: str, comment_id: str) -> Any:
        issue, comment = _own(site, key, comment_id, "EDIT_OWN_COMMENTS", "edit")
        body, properties = _given()
        # The stricter of two readings: what takes a project administrator is not documented for comments.
        if "notifyUsers" in request.args and not site.may("ADMINISTER_PROJECTS", issue.project):
            refuse(
                403,
                "To discard the user notification either admin or project admin permissions are required.",
            )
        comment.properties.update(properties)
        site.edit_comment(issue.key, comment, body, g.user)
        return g.beans.comment(issue, comment)

    @api.delete("/issue/<key>/comment/<comment_id>")
    def delete(key: str, comment_id: str) -> Any:
        issue, comment = _own(site, key, comment_id, "DELETE_OWN_COMMENTS", "delete")
        with site.lock:
            issue.comments.remove(comment)
            site.touch(issue)
        site.tell("comment_deleted", issue, g.user, comment)
        return "", 204


def _properties(api: Blueprint, site: State) -> None:
    @api.get("/comment/<comment_id>/properties")
    def keys(comment_id: str) -> Any:
        _, comment = _anywhere(site, comment_id)
        return {"keys": [{"key": k} for k in comment.properties]}

    @api.get("/comment/<comment_id>/properties/<name>")
    def get_property(comment_id: str, name: str) -> Any:
        _, comment = _anywhere(site, comment_id)
        if name not in comment.properties:
            refuse(404, f"The property {name} does not exist.")
        return {"key": name, "value": comment.properties[name]}

    @api.put("/comment/<comment_id>/properties/<name>")
    def put_property(comment_id: str, name: str) -> Any:
        _, comment = _anywhere(site, comment_id)
        new = name not in comment.properties
        comment.properties[name] = request.get_json(force=True)
        return {}, 201 if new else 200


def _given() -> tuple[Any, dict[str, Any]]:
    """Body and properties of a comment as sent; refused when they are not what the API takes."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        refuse(400, "There was an error parsing JSON. Check that your request body is valid.")
    body = sent.get("body")
    _check_body(body)
    properties = {p["key"]: p["value"] for p in sent.get("properties") or []}
    if any(len(json.dumps(value)) > 32768 for value in properties.values()):
        refuse(400, "The property value is too long.")
    return body, properties


def _check_body(body: Any) -> None:
    """Version 3 of the API takes a document, version 2 wiki markup."""
    modern = g.beans.version == "3"
    if modern and not (isinstance(body, dict) and body.get("type") == "doc" and body.get("content")):
        refuse(400, comment="Comment body is not valid!")
    if not modern and not (isinstance(body, str) and body.strip()):
        refuse(400, comment="Comment body can not be empty!")
    if len(body if isinstance(body, str) else adf_text(body)) > LIMIT:
        too_long = f"The entered text is too long. It exceeds the allowed limit of {LIMIT} characters."
        refuse(400, comment=too_long)


def _comment(site: State, key: str, comment_id: str) -> tuple[Issue, Comment]:
    issue = need_issue(site, key)
    found = next((c for c in issue.comments if c.id == comment_id), None)
    if found is None:
        refuse(404, _HIDDEN.format(comment_id))
    return issue, found


def _own(site: State, key: str, comment_id: str, permission: str, verb: str) -> tuple[Issue, Comment]:
    issue, comment = _comment(site, key, comment_id)
    if comment.author is not g.user or not site.may(permission, issue.project):
        refuse(400, f"You do not have permission to {verb} comment with id: {comment_id}")
    return issue, comment


def _anywhere(site: State, comment_id: str) -> tuple[Issue, Comment]:
    everywhere = ((issue, c) for issue in site.issues.values() for c in issue.comments if c.id == comment_id)
    found = next(everywhere, None)
    if found is None:
        refuse(404, _HIDDEN.format(comment_id))
    return found
