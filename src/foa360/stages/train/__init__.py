"""Stage `train`: self-supervised training on feature shards."""
