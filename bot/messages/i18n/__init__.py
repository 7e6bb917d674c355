"""Sentences in the reader's language, and the catalogues of translations."""
