"""Stage `detect`: boxes of a network in the frames of kept clips."""
