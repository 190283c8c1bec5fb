"""Stage `subsets`: which clips experiments are trained on."""
