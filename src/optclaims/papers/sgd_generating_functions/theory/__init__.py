"""Closed forms: spectra, exact moments, generating function, stability, loss asymptotics, optimal rates."""
