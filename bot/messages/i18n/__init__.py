"""Sentences in the reader's language, and the catalogues of translations.

Belongs here: translating, dates and lists as a language writes them. Not: a sentence; it stands where it is said.
"""
