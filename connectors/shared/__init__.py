"""What every connector needs in the same way, and no outside system has a say in: how often something may be done, what
was asked a moment ago.

Inside belongs what two connectors would else each write for themselves. Outside stays whatever is true of one system
only (its limits, its headers, its errors: they are in its own folder) and whatever decides about tickets. Nothing here
imports a connector.
"""
