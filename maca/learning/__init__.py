"""What recurs, from audit to audit and from review to practice; and who used a briefing."""
