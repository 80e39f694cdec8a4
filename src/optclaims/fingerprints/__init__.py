"""Fingerprints: twelve questions to any optimizer, each the mechanism of a published claim, answered with numbers.

>>> from optclaims.fingerprints import subjects
>>> subjects.load("torch.optim.Adam").nature.coordinatewise
True
"""
