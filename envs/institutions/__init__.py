"""Institutions: layers that can be laid over any game (NORMS.md §3)."""
