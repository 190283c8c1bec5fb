"""Stage `render`: the media of the embedded demo."""
