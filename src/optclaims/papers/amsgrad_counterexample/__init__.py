"""Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond" (ICLR 2018, arXiv 1904.09237)."""
