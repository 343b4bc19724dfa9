"""Who sits in a seat: norms, strategies, and the deliberator."""
