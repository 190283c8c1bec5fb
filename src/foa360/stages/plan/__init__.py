"""Stage `plan`: which clips there are, and which shard each belongs to."""
