"""Stage `track`: detections on the sphere, and the objects that they form."""
