"""The ports of `sluis serve`, opened as they are set; one that cannot be is told in a line with variable and fix."""

from __future__ import annotations

import errno

from flask import Flask

from bot.server.health import HealthServer
from bot.settings.load import SettingsError


def listening(flask: Flask, host: str, port: int, setting: str) -> HealthServer:
    """A server on the address that `setting` (such as SLUIS_HTTP) names with its _HOST and _PORT. It answers once it
    is started. Raises SettingsError.
    """
    try:
        return HealthServer(flask, host, port)
    except ValueError:  # a name that stands for no address
        raise SettingsError([_no_address(setting, host)]) from None
    except OSError as error:
        raise SettingsError([_told(error, setting, host, port)]) from None


def _told(error: OSError, setting: str, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            problem = f"{port} is in use on {host}; stop what listens there, or set another port"
        case errno.EACCES:
            problem = f"this account may not open port {port}; set one above 1023"
        case errno.EADDRNOTAVAIL:
            return _no_address(setting, host)
        case _:
            problem = f"{port} cannot be opened on {host} ({error.strerror}); set another port"
    return f"{setting}_PORT: {problem}."


def _no_address(setting: str, host: str) -> str:
    return (
        f"{setting}_HOST: {host} is no address of this machine; set one that is, or 0.0.0.0 for all of them."
    )
