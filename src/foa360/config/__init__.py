"""The configuration: one module per section, `root` joins them, `load` checks a mapping."""
