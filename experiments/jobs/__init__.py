"""Chunks as jobs of a launcher of Hydra: what a job does, who is still at work, what Slurm gets."""
