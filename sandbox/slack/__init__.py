"""A local Slack: its Web API, Socket Mode, and pages that show what people see."""
