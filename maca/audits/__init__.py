"""Priority, theme, and each round of audit ("Neglect 2"): its question set, timetable and stage."""
