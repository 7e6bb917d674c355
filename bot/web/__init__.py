"""What the bot answers over HTTP: health and metrics. Webhooks and pages come beside it."""
