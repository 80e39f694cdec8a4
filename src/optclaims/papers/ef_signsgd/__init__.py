"""Karimireddy et al.: error feedback repairs signSGD and other compressed gradients."""
