"""When inspectors call: their children put on record, the agencies asked at once, and one pack a child."""
