"""How fast the pages are, as ratios to two plain pages in one run, and how many queries each makes."""
