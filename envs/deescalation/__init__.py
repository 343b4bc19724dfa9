"""Games of conflict, and of the way out."""
