"""The embedded demo: rendered 360° videos with ambisonics, valid ones and every known defect."""
