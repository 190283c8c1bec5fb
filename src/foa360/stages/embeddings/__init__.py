"""Stage `embeddings`: embeddings of a list of clips, for work outside the workflow."""
