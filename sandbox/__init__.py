"""Local stand-ins for Jira, ServiceNow, Slack and a mail server: real servers on loopback, true to the protocols.

For the demo, the tests, the pictures and the recording of cassettes; not in the image. They know nothing of the
connectors and share no code with them, so that a mistake cannot cancel itself out.
"""
