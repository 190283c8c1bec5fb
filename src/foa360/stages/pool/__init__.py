"""Stage `pool`: the figures of an experiment over all its seeds."""
