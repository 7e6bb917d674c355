"""Local stand-ins for Jira, ServiceNow, Slack and a mail server: real servers on loopback, true to the protocols.

Belongs here: what a vendor's system does, for the demo, the tests, the pictures and the cassettes; not in the image.
Not: anything of ours. They share no code with the connectors, so that a mistake cannot cancel itself out.
"""
