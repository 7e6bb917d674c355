"""ServiceNow's CMDB as a register: classes and columns of configuration items, relations, schedules.

Belongs here: items and what depends on them. Not: which of them a ticket touches (`connectors.servicenow.asset_refs`).
"""
