"""Stage `synchronise`: networks that tell aligned from shifted audio are trained."""
