"""Landscapes with strict saddles: a quartic valley, quadratics, deep linear networks."""
