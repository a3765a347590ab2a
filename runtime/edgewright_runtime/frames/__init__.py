"""Frames of cameras and video files.

In: a camera's number or a video file. Out: frames one by one, as uint8 RGB pixels with a number and a time; of a camera
the newest only. And probabilities that are smoothed over time.
"""

from .frame import VIDEO_SUFFIXES, Frame

__all__ = ["VIDEO_SUFFIXES", "Frame"]
