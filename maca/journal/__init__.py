"""The append-only, hash-chained record of who did what. Keeps ids and names as text, so it imports nobody."""
