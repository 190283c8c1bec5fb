"""Segmentation of what sounds (Zhou et al. 2022): networks, losses and metrics."""
