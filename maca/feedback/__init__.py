"""After the panel: agencies check the facts, disputes return to the chair, and each team hears what was found."""
