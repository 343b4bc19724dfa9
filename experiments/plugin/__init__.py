"""The Hydra plugin, installed as ``hydra_plugins.comity``."""
