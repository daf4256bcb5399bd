"""The pages of a briefing, by sub-step."""
