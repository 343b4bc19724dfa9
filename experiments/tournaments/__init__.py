"""Everybody against everybody, and what evolution makes of it."""
