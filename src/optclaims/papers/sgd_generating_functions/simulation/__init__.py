"""Sampled mini-batch SGD: on a fixed kernel, on Gaussian features, and with a wide network."""
