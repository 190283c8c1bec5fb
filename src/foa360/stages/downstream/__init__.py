"""Stage `downstream`: figures of the data sets that networks are transferred to."""
