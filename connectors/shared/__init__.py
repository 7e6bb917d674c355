"""What several connectors share: HTTP, its errors, settings from the environment, throttle, cache, parts of the doctor.

Belongs here: what knows no vendor and is needed by two connectors or more. Not: what one system does in its own way,
and nothing that the application decides. Imports no connector.
"""
