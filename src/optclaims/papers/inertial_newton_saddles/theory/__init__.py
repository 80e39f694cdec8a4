"""What the linearisation predicts: modes, spirals, escapes, admissible steps."""
