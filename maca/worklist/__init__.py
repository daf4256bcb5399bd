"""What waits for me, and what stands in an audit's way."""
