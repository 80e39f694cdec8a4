"""Wu, Dobriban, Ren, Wu, Li, Gunasekar, Ward and Liu, NeurIPS 2020: what weight normalization converges to."""
