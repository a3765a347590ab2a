"""The script that people write: a photo to its label, with nothing but numpy, Pillow and ai-edge-litert.

python script.py MODEL LABELS PHOTO
"""

import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

model, labels, photo = sys.argv[1:]
interpreter = Interpreter(model)
interpreter.allocate_tensors()
(taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
height, width = taken["shape"][1:3]
pixels = np.asarray(Image.open(photo).convert("RGB").resize((width, height), Image.Resampling.BILINEAR))
interpreter.set_tensor(taken["index"], pixels[np.newaxis])
interpreter.invoke()
with open(labels, encoding="utf-8") as file:  # noqa: PTH123 -- the least that it takes
    print(file.read().splitlines()[interpreter.get_tensor(given["index"])[0].argmax()])
