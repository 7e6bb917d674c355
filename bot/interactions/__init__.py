"""What people do in the message service.

Belongs here: keeping it before it is acknowledged, working it off once, checking who they are, answering.
"""
