"""Jin, Latz, Liu, Scagliotti, JMLR 26 (2025): losing momentum in continuous-time stochastic optimisation.

Only the abstract and the opening of the introduction could be read. The model is reconstructed from what they describe,
underdamped dynamics with a randomly switched potential; every formula is derived from that reconstruction.
"""
