"""Actions: what will change, who will do it, by when, the proof that it was done, and whether it worked."""
