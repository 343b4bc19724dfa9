"""Games of agreement."""
