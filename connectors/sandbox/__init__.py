"""Local stand-ins for Jira Cloud, ServiceNow and Slack: real HTTP servers on loopback, true to the protocols.

For the demo, the tests and the recording of cassettes. They know nothing of the connectors and share no code
with them, so that a mistake cannot cancel itself out.
"""
