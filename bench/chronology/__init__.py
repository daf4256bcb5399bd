"""How well the patterns of a chronology are found, and how fast."""
