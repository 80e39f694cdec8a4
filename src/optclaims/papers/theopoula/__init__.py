"""Lim and Sabanis, arXiv 2105.13937: polygonal unadjusted Langevin algorithms, tamed and boosted."""
