"""Stage `viewpoints`: directions of crops and rotated audio, and audio-visual agreement."""
