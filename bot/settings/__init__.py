"""Environment variables, read once into frozen groups; refused with one line per problem.

Belongs here: what an admin sets, its defaults and its words. Not: the settings of one system (its connector).
"""
