"""Dubey et al., "diffGrad: An Optimization Method for Convolutional Neural Networks" (IEEE TNNLS 2020)."""
