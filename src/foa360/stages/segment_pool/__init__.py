"""Stage `segment_pool`: figures of masks over seeds."""
