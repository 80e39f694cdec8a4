"""Hyperparameters of RMSprop and Adam, the scaling rules between batch sizes, and SVAG with its mistakes."""
