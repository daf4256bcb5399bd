"""Keys: one for each case, the keystore, opening and destroying. Content is readable only with its case's key."""
