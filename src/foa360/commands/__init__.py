"""Commands of `foa360`: one module each, which declares its arguments and runs it."""
