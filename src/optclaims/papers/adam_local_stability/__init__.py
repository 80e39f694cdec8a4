"""Bock and Weiss: where full-batch Adam converges near a minimum, and the two-cycle it has where it does not."""
