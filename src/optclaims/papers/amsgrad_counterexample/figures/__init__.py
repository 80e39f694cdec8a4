"""Figures, each drawn from the data frame of its experiment: `figures.online` and `figures.networks`."""
