"""Who did and who saw what, for those who answer for it: the journal's pages and reports."""
