"""Stage `test_list`: what evaluations compare."""
