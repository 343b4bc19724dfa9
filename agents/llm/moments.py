"""What a seat perceived of a step, in the words in which it was told: what memories are made of."""
