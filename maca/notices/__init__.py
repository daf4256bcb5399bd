"""Messages to people: queued with the change, sent after it, never with case content."""
