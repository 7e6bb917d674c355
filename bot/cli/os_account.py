"""Who runs a command, as far as the machine knows."""

from __future__ import annotations

import getpass
import os
import sys


def account() -> str:
    """The account under which this process runs. Asked of the system, not of its environment: in that the caller
    writes what they like. An account without a name is told by its number, as in many containers.
    """
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
