"""Strategies that follow a rule, by family of games."""
