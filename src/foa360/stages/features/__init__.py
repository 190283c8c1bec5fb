"""Stage `features`: write feature shards."""
