"""Stage `synchronise_decide`: those networks decide about held-out videos."""
