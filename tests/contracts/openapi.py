"""Holding exchanges against a published OpenAPI description: is it an operation, is it asked and answered as described.

Descriptions are loose: members nobody knows are allowed, nulls and time formats are described otherwise than they are
sent. So nulls are left out, formats are not looked at, and a request may hold no member that is not described.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.wrappers import Request, Response

_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Exchange:
    """What was asked and answered."""

    method: str
    path: str
    query: str
    sent: bytes
    status: int
    answer: bytes


class Watched:
    """An app that keeps every exchange."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app, self.exchanges = app, list[Exchange]()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked = Request(environ)
        sent = asked.get_data(cache=True)
        environ["wsgi.input"] = io.BytesIO(sent)  # it is read once, and the app reads it too
        answer = Response.from_app(self._app, environ, buffered=True)
        self.exchanges.append(
            Exchange(
                asked.method,
                asked.path,
                asked.query_string.decode(),
                sent,
                answer.status_code,
                answer.get_data(),
            )
        )
        return answer(environ, start)


class Description:
    """One OpenAPI description; `base` stands before its paths."""

    def __init__(self, file: Path, base: str = "") -> None:
        contents = json.loads(file.read_text())
        self._name = f"urn:{file.stem}"
        resource = Resource(contents=contents, specification=DRAFT202012)
        self._registry = Registry().with_resource(self._name, resource)
        self._paths = [
            (template, base + template, operations) for template, operations in contents["paths"].items()
        ]

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        """The operation and its template: the one with the fewest variables."""
        found = []
        for template, whole, operations in self._paths:
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(whole))
            if method.lower() in operations and re.fullmatch(pattern, path):
                found.append((template.count("{"), template, operations))
        if not found:
            return None
        _, template, operations = min(found, key=lambda one: one[0])
        shared = operations.get("parameters", [])
        operation = operations[method.lower()]
        return f"{method} {template}", operation | {"parameters": [*shared, *operation.get("parameters", [])]}

    def wrong(self, exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
        """What is not as described."""
        yield from self._query(exchange, operation)
        if exchange.sent:
            schema = _schema(operation.get("requestBody", {}))
            yield from self._fits("request", schema, exchange.sent)
            yield from self._known(schema, json.loads(exchange.sent))
        described = operation["responses"]
        answer = described.get(str(exchange.status)) or described.get("default")
        if answer is None:
            yield f"answer {exchange.status} is not described"
        elif exchange.answer and exchange.status < 300:
            yield from self._fits("answer", _schema(answer), exchange.answer)

    def _query(self, exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
        known = {p["name"]: p for p in operation["parameters"] if p["in"] == "query"}
        sent = dict(parse_qsl(exchange.query, keep_blank_values=True))
        yield from (f"parameter {name} is not described" for name in sent if name not in known)
        missing = (name for name, p in known.items() if p.get("required") and name not in sent)
        yield from (f"parameter {name} is missing" for name in missing)
        for name in known.keys() & sent.keys():
            kind = known[name].get("schema", {}).get("type")
            pattern = {"integer": r"-?\d+", "boolean": "true|false"}.get(kind, ".*")
            if not re.fullmatch(pattern, sent[name], re.DOTALL):
                yield f"parameter {name} is no {kind}"

    def _fits(self, what: str, schema: dict[str, Any] | None, body: bytes) -> Iterator[str]:
        if schema is None:
            return
        validator = Draft202012Validator(self._absolute(schema), registry=self._registry)
        for error in validator.iter_errors(_without_nulls(json.loads(body))):
            yield f"{what}: {error.json_path}: {_short(error.message)}"

    def _known(self, schema: dict[str, Any] | None, body: Any) -> Iterator[str]:
        described = self._properties(schema or {})
        if isinstance(body, dict) and described:
            yield from (f"request: member {name} is not described" for name in body if name not in described)

    def _properties(self, schema: dict[str, Any]) -> set[str]:
        if "$ref" in schema:
            resolver = self._registry.resolver(self._name)
            return self._properties(resolver.lookup(f"{self._name}{schema['$ref']}").contents)
        return set(schema.get("properties", {}))

    def _absolute(self, schema: dict[str, Any]) -> Any:
        return json.loads(json.dumps(schema).replace('"#/', f'"{self._name}#/'))


def _schema(part: dict[str, Any]) -> dict[str, Any] | None:
    content = part.get("content", {})
    media = next((m for name, m in content.items() if "json" in name), {})
    return media.get("schema")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return value


def _short(message: str) -> str:
    """The beginning and the end: what it was, and what it should have been."""
    return message if len(message) <= 150 else f"{message[:80]} … {message[-60:]}"
