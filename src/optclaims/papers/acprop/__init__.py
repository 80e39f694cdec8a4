"""Zhuang et al.: ACProp, a denominator from the step before that is centred on the momentum."""
