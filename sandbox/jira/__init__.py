"""A local Jira Cloud with Jira Service Management and Assets."""
