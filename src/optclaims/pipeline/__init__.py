"""What the rules and the runner call: cards, notebooks, results, comparison with the reference."""
