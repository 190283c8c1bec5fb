"""Stage `segment_masks`: masks of test videos are compared with the truth."""
