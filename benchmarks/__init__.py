"""make bench: the promised figures, measured on this machine. Each line is a figure, its target and a verdict."""
