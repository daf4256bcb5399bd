"""Agencies, the quality assurance sub-group, people, and what each role may do, in prose."""
