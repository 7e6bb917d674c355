"""A local ServiceNow instance: its tables, its rules of access and its change API.

Belongs here: what an instance answers, and its pages. Not: what our connector makes of it.
"""
