"""How requests are signed: basic authentication, an API key, or an OAuth token by client credentials, renewed in
time.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from connectors.shared.errors import status_error, translate
from domain.ports.errors import AuthRefused, Garbled

_NAME = "servicenow"
_EARLY = 60.0
"""Seconds before its end at which a token is renewed."""


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class BasicAuth(HTTPBasicAuth):
    """User name and password, in UTF-8 whatever characters they hold."""

    def __init__(self, user: str, password: str) -> None:
        # `requests` encodes text as Latin-1, and breaks on the euro sign.
        super().__init__(user.encode(), password.encode())


class ApiKey(AuthBase):
    """A key that an admin made for the account, in the header the platform's inbound API keys go by."""

    def __init__(self, key: str) -> None:
        # A line end from a secret's file is no part of the key, and no header may hold one.
        self._key = key.strip()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["x-sn-apikey"] = self._key
        return request


class ClientCredentials(AuthBase):
    """A bearer token from `POST /oauth_token.do`. Safe between threads; one token serves all of them."""

    def __init__(self, url: str, client: tuple[str, str], adapter: HTTPAdapter) -> None:
        self._url, self._client = url, client
        self._session = requests.Session()
        self._session.mount(url.partition("://")[0] + "://", adapter)
        # Else a netrc file would sign the request for a token.
        self._session.auth = _unsigned
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._current()}"
        return request

    def forget(self) -> None:
        """Ask for a new token next time: the present one was not accepted."""
        with self._lock:
            self._until = 0.0

    def _current(self) -> str:
        with self._lock:
            # Not by the wall clock: that may be set back, and a token would live for ever.
            if time.monotonic() >= self._until:
                answer = self._fetch()
                self._token = str(answer["access_token"])
                # A token that does not say how long it lives is used once.
                self._until = time.monotonic() + max(0.0, float(answer.get("expires_in", 0)) - _EARLY)
            return self._token

    def _fetch(self) -> dict[str, Any]:
        client_id, secret = self._client
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        try:
            response = self._session.post(f"{self._url}/oauth_token.do", data=form, allow_redirects=False)
            # By OAuth a wrong client is a 400 or a 401; none of these gets better by asking again.
            if response.status_code in (400, 401, 403):
                fix = "check SERVICENOW_CLIENT_ID and _SECRET, and that client credentials are switched on"
                raise AuthRefused(_NAME, "gives no token for these client credentials", fix)
            if response.status_code >= 300:
                raise status_error(_NAME, response.status_code, writing=False)
            answer = response.json()
        except (requests.RequestException, ValueError) as error:
            raise translate(_NAME, error, writing=False) from None
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise Garbled(_NAME, "the token endpoint gives no token")
        return answer
