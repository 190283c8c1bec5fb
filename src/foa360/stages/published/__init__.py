"""Stage `published`: published figures beside those of the experiments."""
