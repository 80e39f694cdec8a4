"""Zhang, Niwa and Kleijn, "Extending AdamW by Leveraging Its Second Moment and Magnitude" (arXiv 2112.06125)."""
