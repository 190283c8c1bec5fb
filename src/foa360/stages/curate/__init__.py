"""Stage `curate`: measure every clip and judge it, with reasons."""
