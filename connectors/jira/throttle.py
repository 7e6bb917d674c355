"""Not faster than Jira lets one issue be written to: 20 writes in 2 seconds, and 100 in 30.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (per-issue limit on writes)
"""

from __future__ import annotations

from connectors.shared.throttle import Window

PER_ISSUE = (Window(20, 2.0), Window(100, 30.0))
"""What the writes to one issue keep to. What Jira asks for in its answers (Retry-After) comes on top, in the client."""
