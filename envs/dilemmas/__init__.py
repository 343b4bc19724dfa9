"""Games of trust between those who could each gain by defecting."""
