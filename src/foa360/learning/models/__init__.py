"""Networks: video, audio, and the two together."""
