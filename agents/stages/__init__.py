"""What seats do in the stages of institutions."""
