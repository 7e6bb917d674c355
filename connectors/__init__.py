"""One folder per outside system: how to read from it and how to speak in it. Decides nothing."""
