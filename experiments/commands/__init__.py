"""What single commands do and print; :mod:`comity.experiments.cli` says which there are."""
