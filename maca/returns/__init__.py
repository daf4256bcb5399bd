"""What each agency was asked, and what it answered, or declined and why."""
