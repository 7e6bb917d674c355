"""Policy tests: tickets and the verdicts expected of them, written in YAML by admins and by the packs themselves."""
