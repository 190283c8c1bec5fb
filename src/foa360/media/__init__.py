"""Read media files: what they contain, exact spans of audio, frames at given times.

Audio channels are returned in the order in which the decoder gives them. No resampler is told a
channel layout, because a resampler that is asked for another layout mixes channels; `order` states
which decoded channel is W, Y, Z and X.
"""
