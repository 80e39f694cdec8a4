"""Closed forms; independent of the simulation."""
