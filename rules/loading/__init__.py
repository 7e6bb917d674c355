"""Pack files: what one may say, how it is loaded, and what an organisation's own packs may add and tighten."""
