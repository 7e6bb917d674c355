"""Pure decisions: when to speak, to whom, how far up, until when. Values in, values out; the moment is handed in.

The settings they go by stand beside them. Not: anything that reads or writes, and no words but those of settings.
"""
