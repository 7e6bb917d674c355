"""Slack as a gateway for interactions: buttons, the slash command, dialogs and App Home, over Socket Mode or HTTP.

Slack wants an answer within three seconds. A listener only keeps the interaction and acknowledges it; all that asks
anything of anybody is done afterwards, elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.webhook import WebhookClient

from connectors.shared import trust
from connectors.slack import members, payloads, shapes
from connectors.slack.client import TIMEOUT, SlackClient, record, silent, web_client
from connectors.slack.response_checks import SYSTEM
from connectors.slack.settings import SlackSettings
from connectors.slack.socket_mode import LINES, SocketConnection
from domain.ports.errors import Forbidden, NotFound, Refused
from domain.ports.interactions import Interaction, InteractionKind, Visitor

Take = Callable[[Interaction], Mapping[str, Any] | None]

DRAIN = 3.0
"""Seconds given to what came in when we are told to leave: Slack would not wait longer either."""

FRESH = 300.0
"""Seconds for which a signature counts, as Slack advises."""

# A dead line is noticed after six seconds; this adds little, and looking costs no request.
LOOK = 0.5
"""Seconds between two looks at the lines."""

_HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_JSON, _PLAIN = "application/json", "text/plain"

log = logging.getLogger(__name__)


class SlackInteractions:
    """Listens with the app token (Socket Mode) or the signing secret (HTTP), and answers with the bot token."""

    name = SYSTEM

    def __init__(self, client: SlackClient, settings: SlackSettings) -> None:
        self._client, self._settings = client, settings
        self._app: App | None = None
        self._lines: list[SocketConnection] = []
        self._over = threading.Event()
        self._keeper: threading.Thread | None = None

    # -- listening ------------------------------------------------------------------------------------------

    def open(self, take: Take) -> None:
        """Begin to listen. A line that cannot be opened now is tried again until it can."""
        # Over HTTP too: the same listeners, behind another door.
        self._app = _app(self._settings, take)
        token = self._settings.app_token
        if token is None:
            return
        web = web_client(None, self._settings.api_url)
        self._lines = [
            SocketConnection(self._app, token.get_secret_value(), web, silent()) for _ in range(LINES)
        ]
        # In a thread of its own: a line that cannot be opened must not keep the rest from starting.
        self._keeper = threading.Thread(target=self._keep, name="slack-lines", daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        for line in self._lines:
            line.mend()
        while not self._over.wait(LOOK):
            for line in self._lines:
                line.mend()

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        if self._keeper:
            self._keeper.join(timeout=TIMEOUT)
        # Hanging up takes the library seconds a line, so all at once; and it may wait for ever for a line on which
        # nothing comes any more, so no longer than this: the process is to end.
        leaving = [threading.Thread(target=line.leave, args=(DRAIN,), daemon=True) for line in self._lines]
        for one in leaving:
            one.start()
        for one in leaving:
            one.join(timeout=DRAIN + TIMEOUT)

    def silence(self) -> float | None:
        """Seconds since the line heard from last gave an answer; None over HTTP, where Slack comes to us."""
        return min((line.silence() for line in self._lines), default=None)

    def receive(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        """A request of Slack's, checked by its signature. 404 without a signing secret, 400 for what Slack never
        sends.
        """
        if self._app is None or self._settings.signing_secret is None:
            return 404, _PLAIN, ""
        if not self.genuine(headers, body):
            return 401, _PLAIN, ""
        given = {name.lower(): value for name, value in headers.items()}
        try:
            text = body.decode()
            if not shapes.well_formed(given.get("content-type", ""), text):
                return 400, _PLAIN, ""
            # The very bytes received: the signature is over these, and not over what they mean.
            answer = self._app.dispatch(BoltRequest(body=text, headers=dict(given)))
        # What goes wrong in our own listeners the library tells apart; here it could not take the body to pieces.
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            log.info("a signed request of a shape that is not known was refused")
            return 400, _PLAIN, ""
        kind = str((answer.headers.get("content-type") or [_PLAIN])[0])
        return answer.status, kind, answer.body or ""

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether Slack signed these very bytes, lately. https://docs.slack.dev/authentication/verifying-requests-from-slack"""
        secret = self._settings.signing_secret
        given = {name.lower(): value for name, value in headers.items()}
        stamp, signature = given.get("x-slack-request-timestamp", ""), given.get("x-slack-signature", "")
        # The library would break on any other stamp, and on a signature with other letters.
        if secret is None or not re.fullmatch(r"\d{1,12}", stamp, re.ASCII) or not signature.isascii():
            return False
        # Over the bytes: the library's own check is over text, and breaks on what is none.
        base = b"v0:" + stamp.encode() + b":" + body
        right = "v0=" + hmac.new(secret.get_secret_value().encode(), base, hashlib.sha256).hexdigest()
        return abs(time.time() - int(stamp)) <= FRESH and hmac.compare_digest(right, signature)

    @property
    def called(self) -> bool:
        """With a signing secret."""
        return self._settings.signing_secret is not None

    # -- answering ------------------------------------------------------------------------------------------

    def visitor(self, user: str) -> Visitor:
        """Name, address and locale of a member. The address needs the scope users:read.email."""
        found = record(self._client.read("users.info", user=user, include_locale=True), "user")
        raw = found.get("profile")
        profile = raw if isinstance(raw, dict) else {}
        name = str(profile.get("real_name") or found.get("real_name") or found.get("name") or user)
        # A press may arrive after the account was closed, and nobody answers for a bot's.
        if found.get("deleted") or found.get("is_bot"):
            raise NotFound(SYSTEM, "the account is not that of a person who works here")
        email, locale = str(profile.get("email") or "").strip(), str(found.get("locale") or "")
        return Visitor(user, name, email, locale, members.outsider(found, self._client.me()))

    def member(self, email: str) -> Visitor | None:
        """By users.lookupByEmail, which finds neither closed accounts nor those of other organisations."""
        try:
            found = record(self._client.read("users.lookupByEmail", email=email), "user")
            return self.visitor(str(found.get("id") or ""))
        except NotFound:
            return None

    def is_account(self, ident: str) -> bool:
        """Whether an id is one of Slack's accounts."""
        return members.is_account(ident)

    def conversation(self, user: str) -> str:
        """Id of the direct conversation with a member."""
        opened = record(self._client.read("conversations.open", users=user), "channel")
        return str(opened.get("id") or "")

    def tell(self, to: Interaction, body: Any) -> None:
        """By the response URL (five times within half an hour), else in the channel so that only they see it, else
        directly.
        """
        if to.reply and self._hook(to.reply, body):
            return
        content = {"text": body["text"], "blocks": body["blocks"], "parse": "none", "link_names": False}
        # In a direct conversation nothing needs to be hidden from others, so that a plain message does.
        if to.place and not to.place.startswith("D"):
            try:
                self._client.write("chat.postEphemeral", channel=to.place, user=to.user, **content)
                return
            except (NotFound, Forbidden, Refused) as refused:
                log.info("not told in the channel: %s", refused)
        direct = {"unfurl_links": False, "unfurl_media": False}
        self._client.write("chat.postMessage", channel=self.conversation(to.user), **content, **direct)

    def _hook(self, url: str, body: Mapping[str, Any]) -> bool:
        """Whether the response URL took it. Nothing is sent to an address that is not Slack's."""
        own = urlsplit(self._settings.api_url)
        parts = urlsplit(url)
        ours = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        # The address comes with the request: a forged one must not make us post into somebody's network.
        if not ours and (parts.scheme != "https" or parts.netloc not in _HOOKS):
            return False
        hook = WebhookClient(url, timeout=TIMEOUT, ssl=trust.context(), retry_handlers=[], logger=silent())
        try:
            # Said outright, so that an answer to one person never takes the place of everybody's card.
            answer = hook.send(
                text=body["text"], blocks=body["blocks"], response_type="ephemeral", replace_original=False
            )
        except (OSError, ValueError):
            return False
        # Used up or too old is no failure: there are two other ways.
        return bool(answer.status_code == 200)

    def show(self, to: Interaction, view: Mapping[str, Any]) -> str:
        """Open a dialog, within three seconds of the press. Raises Gone afterwards."""
        opened = record(self._client.write("views.open", trigger_id=to.trigger, view=dict(view)), "view")
        return str(opened.get("id") or "")

    def change(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Show something else in a dialog. Raises Gone when it was closed."""
        self._client.write("views.update", view_id=view_id, view=dict(view))

    def home(self, user: str, view: Mapping[str, Any]) -> None:
        """Put up somebody's App Home."""
        self._client.write("views.publish", user_id=user, view=dict(view))


def _app(settings: SlackSettings, take: Take) -> App:
    """The Bolt app: what comes in is kept, then acknowledged; when it cannot be kept it is not, and Slack tells."""
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    secret = settings.signing_secret.get_secret_value() if settings.signing_secret else None
    app = App(
        client=web_client(token, settings.api_url),
        signing_secret=secret,
        # Else the library would ask Slack who we are at the first interaction, within its three seconds.
        authorize=lambda **_: AuthorizeResult(
            enterprise_id=None, team_id=None, bot_token=token, bot_id="", bot_user_id=""
        ),
        # The interaction is kept before Slack gets its 200, not in a thread that a kill may end first.
        process_before_response=True,
        logger=silent(),
    )
    # Whatever comes is acknowledged: a payload that no listener takes would be sent again.
    anything = re.compile("")

    def keep(deed: Interaction | None, ack: Ack) -> None:
        shown = take(deed) if deed else None
        # Only the acknowledgement of a form can show what is wrong with it: afterwards the dialog is gone.
        if shown is not None and deed is not None and deed.deed is InteractionKind.FORM:
            ack(response_action="update", view=dict(shown))
        else:
            ack()

    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        # A button that only opens a page is a press too, and wants to be acknowledged.
        keep(None if action.get("url") else payloads.press(body), ack)

    app.action(anything)(pressed)
    app.command(anything)(lambda ack, body: keep(payloads.command(body), ack))
    app.view(anything)(lambda ack, body: keep(payloads.form(body), ack))
    app.event("app_home_opened")(lambda ack, body: keep(payloads.home(body), ack))
    app.event(anything)(lambda ack: ack())
    app.error(_told)
    return app


def _told(error: Exception) -> None:
    log.error("what somebody did in Slack could not be kept: %s", type(error).__name__)
