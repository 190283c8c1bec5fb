"""What containers claim about sphere and sound field, beyond what FFmpeg shows."""
