"""Mescheder, Geiger and Nowozin, ICML 2018: which training methods for GANs converge, mostly on the Dirac-GAN."""
