"""Drills: what takes longer than a test may. Each is a command of its own, and each has a control that must fail."""
