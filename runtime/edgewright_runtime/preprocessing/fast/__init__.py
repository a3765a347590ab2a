"""JPEG photos and RGB arrays as the model's input, sooner: by simplejpeg and cykooz-resizer, the extra `fast`.

The first gives the pixels that Pillow gives; the second rounds otherwise, by one grey level at most. Whatever else an
image is, and whatever is wrong with it, is Pillow's, so that nothing is read that the definition refuses.
"""

from .pixels import FastPixels, why_not_fast

__all__ = ["FastPixels", "why_not_fast"]
