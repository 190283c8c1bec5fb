"""Reading of media files: what they hold, exact spans of sound, pictures at given times.

Planes of sound are returned as the decoder gives them. No resampler ever sees a layout, because
one that is asked for another layout mixes channels; `order` knows which plane is W, Y, Z and X.
"""
