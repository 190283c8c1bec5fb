"""Stage `evaluate`: evaluation on held-out videos."""
