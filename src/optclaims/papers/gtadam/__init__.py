"""Carnevale, Farina, Notarnicola and Notarstefano, IEEE TCNS 2023: gradient tracking with Adam on a network."""
