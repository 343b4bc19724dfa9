"""Repeating a run, and telling whether it found the same."""
