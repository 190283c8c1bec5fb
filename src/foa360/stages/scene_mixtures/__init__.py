"""Stage `scene_mixtures`: classification of the acoustic scenes of EigenScape."""
