"""Measures, figures and reports: reads records and tables, and knows nothing of agents or Hydra."""
