"""Stage `tau2021`: classification of the audio-visual scenes of TAU."""
