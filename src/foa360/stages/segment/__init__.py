"""Stage `segment`: networks that mark what sounds are trained on AVSBench."""
