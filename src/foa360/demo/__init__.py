"""The embedded demo: rendered 360° videos with ambisonics, good ones and every known defect."""
