"""How each step of a plan is made: one noun per file, each function from an errand and a step to what is known then."""
