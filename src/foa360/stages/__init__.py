"""What the workflow runs: one folder per stage, whose `stage.py` has the one public function."""
