"""Pure decisions: when to speak, to whom, how far up, until when. Values in, values out; the moment is handed in.

Belongs here: what can be decided from values alone, beside the settings it goes by. Not: anything that reads or
writes, and no words but those of settings.
"""
