"""The configuration that ships with comity: Hydra reads it from this package."""
