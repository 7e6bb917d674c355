"""One folder per outside system: how to read from it and how to speak in it. Decides nothing.

Belongs here: what is true of one system alone. Not: what a rule or the application makes of it. No connector knows
another; what two of them need is in `connectors.shared`, and `connectors.catalog` tells which there are.
"""
