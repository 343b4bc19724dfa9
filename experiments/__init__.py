"""Seats agents in games, sweeps settings, keeps what happened."""
