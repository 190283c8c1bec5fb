"""Stage `judge`: verdicts with reasons, from measures alone."""
