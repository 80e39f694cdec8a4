"""Inertial Newton algorithms avoid strict saddles (Castera 2023)."""
