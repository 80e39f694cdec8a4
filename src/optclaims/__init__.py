"""Replicates papers on stochastic and adaptive optimizers and checks each of their claims."""
