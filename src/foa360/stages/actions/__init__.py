"""Stage `actions`: recognition of actions in the videos of UCF101 and HMDB51."""
