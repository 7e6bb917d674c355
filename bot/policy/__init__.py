"""Pure decisions: when to speak, to whom, how far up, until when. Values in, values out; the moment is handed in.

Not: anything that reads or writes, and no words.
"""
