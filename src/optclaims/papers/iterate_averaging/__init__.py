"""Granziol, Wan, Albanie and Roberts, "Iterate Averaging in the Quest for Best Test Error" (arXiv 2003.01247)."""
