"""The commands of `foa360`, one module each: `add` declares the arguments, `run` does the work."""
