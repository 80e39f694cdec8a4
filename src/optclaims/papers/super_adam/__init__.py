"""Huang, Li and Huang: SUPER-ADAM, where exact second moments show what its two gradient estimates do."""
