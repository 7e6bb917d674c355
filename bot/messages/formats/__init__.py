"""A composed document in the form that a system takes: ADF, wiki markup, plain text; and cut to its size."""
