"""Games of a shared resource."""
