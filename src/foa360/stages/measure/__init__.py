"""Stage `measure`: numbers of every clip, and sampled frames, from one pass over its media."""
