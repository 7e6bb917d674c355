"""A web address to which something is posted as JSON, once each: it cannot be read back, edited or taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from connectors.shared.errors import status_error, translate
from connectors.shared.http import Adapter
from domain.people import Role
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import Refused
from domain.ports.messaging import Format, Marker, MessageChannel, Place


class JsonPosts(MessageChannel):
    """Posts the `post` part of a body. `name` is what the address is for, and `variable` what it is set by."""

    # Neither `editable` nor `endless` is said: what was posted is the receiver's.
    format = Format.MAIL
    searchable = False

    def __init__(self, name: str, url: str, variable: str) -> None:
        self.name, self._url, self._variable = name, url, variable
        self._line = Adapter(name)
        self._session = requests.Session()
        self._session.mount(url, self._line)

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        """Post it; gives the address under which the receiver says to keep it, else the status. Raises SourceError."""
        try:
            # No redirect: it would be followed to a place that nobody set.
            answer = self._session.post(self._url, json=body["post"], allow_redirects=False)
        except Exception as error:
            raise translate(self.name, error, writing=True) from error
        if answer.is_redirect:
            raise Refused(
                self.name, "leads to another address", f"set {self._variable} to that, if it is meant"
            )
        if answer.status_code >= 400:
            wait = answer.headers.get("Retry-After")
            raise status_error(self.name, answer.status_code, writing=True, retry_after=wait)
        return (answer.headers.get("Location") or str(answer.status_code))[:200]

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        """One line: it is not tried, for what is posted stays."""
        yield Diagnosis(
            Health.OK, self.name, f"{self._variable} is set; it is not tried, because what is posted stays"
        )
