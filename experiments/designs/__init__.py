"""Which cells a study has: the grammar of grids, what is sampled from intervals, fractions of factorials."""
