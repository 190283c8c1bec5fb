"""Stage `eigenscape`: classification of the acoustic scenes of EigenScape."""
