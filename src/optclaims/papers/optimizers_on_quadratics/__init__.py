"""Benning, "High Dimensional Optimization through the Lens of Machine Learning" (thesis, 2021, arXiv 2112.15392)."""
