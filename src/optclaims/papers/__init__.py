"""One package per paper: theory (closed forms), simulation (what is simulated), figures (how it is drawn)."""
