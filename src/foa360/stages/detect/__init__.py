"""Stage `detect`: objects in equirectangular frames."""
