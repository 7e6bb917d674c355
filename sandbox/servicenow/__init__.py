"""A local ServiceNow instance: its tables, its rules of access and its change API."""
