"""Stage `fetch`: bring the media of a shard to this machine."""
