"""One message outside brought in line with how it should be: dispatcher, reconciler, retry policy, what is undelivered.

Belongs here: writing once, whatever breaks. Not: what should be said.
"""
