"""Nominating and selecting; the label ("Case 1") kept apart from the identity."""
