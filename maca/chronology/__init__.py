"""Each agency's dated entries about one case, merged into one line, and the patterns in it."""
