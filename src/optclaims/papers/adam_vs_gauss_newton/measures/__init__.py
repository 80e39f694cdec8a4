"""Learning rates tuned alike for every method, and the comparison of the networks."""
