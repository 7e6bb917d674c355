"""Not faster than Slack wants, per channel and for the whole workspace, with short bursts.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import time
from collections.abc import Callable

from connectors.shared.throttle import Throttle, TokenBucket


class MessageLimits:
    """What Slack wants of an app that posts and edits. Each method has a limit of its own: many edits hold up no
    new message.

    channel   one message a second in a channel, five at once
    posts     "several hundred" a minute in a workspace: 30 at once, then 200 a minute
    edits     chat.update is of tier 3, 50 a minute in a workspace: 10 at once, then 40 a minute
    removals  chat.delete is of tier 3 as well
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        def throttle(burst: int, seconds: float) -> Throttle:
            return Throttle(TokenBucket(burst, seconds), clock=clock, sleep=sleep)

        # Below what Slack names: several processes of ours may share it.
        self.channel, self.posts = throttle(5, 1.0), throttle(30, 0.3)
        self.edits, self.removals = throttle(10, 1.5), throttle(10, 1.5)
