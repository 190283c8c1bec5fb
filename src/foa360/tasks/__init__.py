"""Published audio-visual tasks, one system per module; `registry` lists them."""
