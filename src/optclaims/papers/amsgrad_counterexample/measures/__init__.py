"""What is read from the runs: regrets here, tuned losses of the networks in `measures.tuning`."""

from optclaims.papers.amsgrad_counterexample.measures.regret import growth_exponent, linear_part, smallest_ratio

__all__ = ["growth_exponent", "linear_part", "smallest_ratio"]
