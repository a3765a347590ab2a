"""Labels files that are no images, or hardly: nothing may end the command, take ten seconds, or a gigabyte.

    python benchmarks/hostile_images.py MODEL [--files 300] [--seed 0]

Damaged, lying, huge and odd files are written into a folder, which `edgewright classify MODEL FOLDER --rows jsonl`
labels. Each must come out as a row, with labels or with one sentence that says what is wrong. Exit status 1 if one does
not.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

LONGEST_S = 10.0
MOST_BYTES = 1 << 30
_MAIN = "from edgewright_runtime.cli import process_main; process_main()"


def main() -> int:
    """Prints what is wrong, and a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edgewright-hostile-") as name:
        written = write_hostile(Path(name), options.files, seed=options.seed)
        wrong, facts = classified(options.model, Path(name), expected=written)
    print("\n".join([*wrong, facts]))
    return int(bool(wrong))


def classified(model: Path, folder: Path, *, expected: list[Path]) -> tuple[list[str], str]:
    """What went wrong, a sentence each, and a summary."""
    command = [sys.executable, "-c", _MAIN, "classify", str(model), str(folder), "--rows", "jsonl", "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    stderr: list[bytes] = []
    reader = threading.Thread(target=lambda: stderr.append(process.stderr.read()))
    reader.start()
    rows, times, last, peak = [], [], time.monotonic(), 0
    watched = threading.Timer(LONGEST_S * 3 + len(expected), process.kill)
    watched.start()
    for line in process.stdout:
        now = time.monotonic()
        rows.append(json.loads(line))
        peak = max(peak, _peak_of(process.pid))
        times.append(now - last)
        last = now
    status = process.wait()
    reader.join()
    watched.cancel()
    process.stdout.close()
    process.stderr.close()
    return _judged(rows, times[1:], status, peak, b"".join(stderr).decode(errors="replace"), expected)


def _peak_of(pid: int) -> int:
    """The most memory that the process has had, bytes: what it began as is no part of it, as it is of rusage."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _judged(
    rows: list[dict], times: list[float], status: int, peak: int, stderr: str, expected: list[Path]
) -> tuple[list[str], str]:
    wrong = []
    if status not in {0, 2}:
        wrong.append(f"it ended with status {status}: {stderr[-400:]}")
    found_paths = Counter(row["path"] for row in rows)
    wrong += [f"{str(path)!a} has {found_paths[str(path)]} rows" for path in expected if found_paths[str(path)] != 1]
    if "Traceback" in stderr:
        wrong.append(f"it printed a traceback: {stderr[-400:]}")
    wrong += [f"{row['path']}: {row['error']!r} is no sentence" for row in rows if "\n" in (row["error"] or "")]
    wrong += [f"{row['path']} has neither labels nor an error" for row in rows if not (row["label"] or row["error"])]
    wrong += [
        f"{row['path']} took {took:.1f} s" for row, took in zip(rows[1:], times, strict=False) if took > LONGEST_S
    ]
    if peak > MOST_BYTES:
        wrong.append(f"it took {peak / 2**20:.0f} MiB")
    found = Counter("labelled" if row["error"] is None else "refused" for row in rows)
    slowest = max(times, default=0.0)
    facts = f"{dict(found)}, slowest {slowest:.2f} s, peak {peak / 2**20:.0f} MiB, status {status}, {len(wrong)} wrong"
    return wrong, facts


def write_hostile(folder: Path, files: int, *, seed: int) -> list[Path]:
    """Writes that many files, of all kinds in turn; those that the file system takes."""
    draw, written = random.Random(seed), []
    kinds = list(KINDS.items())
    for number in range(files):
        name, make = kinds[number % len(kinds)]
        place = folder / f"{number:03} {name}"
        place.mkdir()
        written += make(place, draw)
    for place in folder.iterdir():
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    return written


Make = Callable[[Path, random.Random], list[Path]]


def _picture(draw: random.Random, width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    values = np.random.default_rng(draw.randrange(2**32)).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(values).convert(mode)


def _encoded(image: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def _as_file(name: str, content: Callable[[random.Random], bytes]) -> Make:
    def make(place: Path, draw: random.Random) -> list[Path]:
        (place / name).write_bytes(content(draw))
        return [place / name]

    return make


def _damaged(form: str, change: Callable[[bytearray, random.Random], bytes]) -> Callable[[random.Random], bytes]:
    def content(draw: random.Random) -> bytes:
        return change(bytearray(_encoded(_picture(draw, 200, 150), form)), draw)

    return content


def _cut(data: bytearray, draw: random.Random) -> bytes:
    return bytes(data[: draw.randrange(1, len(data))])


def _flipped(data: bytearray, draw: random.Random) -> bytes:
    for _ in range(20):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def _zeroed(data: bytearray, draw: random.Random) -> bytes:
    start = draw.randrange(len(data))
    data[start : start + 200] = bytes(len(data[start : start + 200]))
    return bytes(data)


def png_saying(width: int, height: int, *, rows: bytes = b"", kind: int = 2, depth: int = 8) -> bytes:
    """A PNG whose header says these sides, whatever its pixels are."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((depth, kind, 0, 0, 0))
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def _text_bomb(_: random.Random) -> bytes:
    whole = png_saying(8, 8, rows=bytes(8 * 25))
    bomb = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200 << 20), 9))
    return whole[:33] + bomb + whole[33:]


def _odd_exif(draw: random.Random) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = draw.choice([0, 9, 6, 65535, 3])
    exif[0x010F] = "x" * draw.choice([0, 10, 60000])
    data = bytearray(_encoded(_picture(draw), "JPEG", exif=exif))
    for place in range(30, 60):
        if draw.random() < 0.3:
            data[place] = draw.randrange(256)
    return bytes(data)


def _animated(form: str) -> Callable[[random.Random], bytes]:
    def content(draw: random.Random) -> bytes:
        more = [_picture(draw) for _ in range(3)]
        return _encoded(_picture(draw), form, save_all=True, append_images=more)

    return content


def _cmyk(draw: random.Random) -> bytes:
    return _encoded(_picture(draw, mode="CMYK"), "JPEG")


def _sixteen_bit(draw: random.Random) -> bytes:
    values = np.random.default_rng(draw.randrange(2**32)).integers(0, 65536, (40, 50), np.uint16)
    return _encoded(Image.fromarray(values), draw.choice(["PNG", "TIFF"]))


def _svg(_: random.Random) -> bytes:
    entities = "".join(f'<!ENTITY a{i} "{("&a" + str(i - 1) + ";") * 10}">' for i in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "x">{entities}]><svg>&a8;</svg>'.encode()


def _jpeg_saying(draw: random.Random) -> bytes:
    data = bytearray(_encoded(_picture(draw), "JPEG"))
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = draw.choice([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\x00\x01"])
    return bytes(data)


def _gif_saying(draw: random.Random) -> bytes:
    data = bytearray(_encoded(_picture(draw), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    return bytes(data)


def _odd_name(place: Path, draw: random.Random) -> list[Path]:
    names = [
        b"new\nline.jpg",
        b"caf\xe9 \xff\xfe.jpg",
        b"tab\t'quote\".jpg",
        b"\xe2\x80\xaegpj.exe.jpg",
        b"-rf.jpg",
        b"%s%n #1.jpg",
    ]
    path = Path(os.fsdecode(os.fsencode(place) + b"/" + draw.choice(names)))
    path.write_bytes(_encoded(_picture(draw), "JPEG"))
    return [path]


def _fifo(place: Path, _: random.Random) -> list[Path]:
    os.mkfifo(place / "pipe.jpg")
    return [place / "pipe.jpg"]


def _folder(place: Path, _: random.Random) -> list[Path]:
    (place / "folder.jpg").mkdir()
    (place / "folder.jpg" / "inside.jpg").symlink_to(place / "nothing.jpg")
    return [place / "folder.jpg" / "inside.jpg"]


def _loop(place: Path, _: random.Random) -> list[Path]:
    (place / "loop.jpg").symlink_to(place / "loop.jpg")
    return [place / "loop.jpg"]


def _circle(place: Path, draw: random.Random) -> list[Path]:
    (place / "inside").mkdir()
    (place / "inside" / "above").symlink_to(place)
    (place / "one.png").write_bytes(_encoded(_picture(draw), "PNG"))
    return [place / "one.png"]


def _unreadable(place: Path, draw: random.Random) -> list[Path]:
    (place / "secret.jpg").write_bytes(_encoded(_picture(draw), "JPEG"))
    (place / "secret.jpg").chmod(0)
    return [place / "secret.jpg"]


def _device(place: Path, draw: random.Random) -> list[Path]:
    (place / "device.jpg").symlink_to(draw.choice(["/dev/zero", "/dev/urandom", "/dev/null", "/dev/stdin"]))
    return [place / "device.jpg"]


def _noise(draw: random.Random) -> bytes:
    return draw.randbytes(draw.choice([1, 2, 16, 5000, 300000]))


def _headed(draw: random.Random) -> bytes:
    start = draw.choice(
        [
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"II*\0",
            b"MM\0*",
            b"BM",
            b"P6\n",
        ]
    )
    return start + draw.randbytes(4000)


KINDS: dict[str, Make] = {
    "nothing": _as_file("empty.jpg", lambda _: b""),
    "noise": _as_file("noise.png", _noise),
    "noise with a head": _as_file("headed.jpg", _headed),
    "jpeg cut": _as_file("cut.jpg", _damaged("JPEG", _cut)),
    "png cut": _as_file("cut.png", _damaged("PNG", _cut)),
    "webp cut": _as_file("cut.webp", _damaged("WEBP", _cut)),
    "tiff cut": _as_file("cut.tif", _damaged("TIFF", _cut)),
    "gif cut": _as_file("cut.gif", _damaged("GIF", _cut)),
    "jpeg flipped": _as_file("flipped.jpg", _damaged("JPEG", _flipped)),
    "png flipped": _as_file("flipped.png", _damaged("PNG", _flipped)),
    "webp flipped": _as_file("flipped.webp", _damaged("WEBP", _flipped)),
    "tiff flipped": _as_file("flipped.tif", _damaged("TIFF", _flipped)),
    "bmp flipped": _as_file("flipped.bmp", _damaged("BMP", _flipped)),
    "jpeg zeroed": _as_file("zeroed.jpg", _damaged("JPEG", _zeroed)),
    "png bomb": _as_file("bomb.png", lambda _: png_saying(30000, 30000, rows=bytes(30_000_000))),
    "png just below the limit": _as_file(
        "large.png", lambda _: png_saying(9400, 9400, rows=bytes(9400 * 9401), kind=0)
    ),
    "png text bomb": _as_file("text.png", _text_bomb),
    "png saying more": _as_file("more.png", lambda draw: png_saying(draw.choice([0, 1, 2**31 - 1]), 4000)),
    "jpeg saying more": _as_file("more.jpg", _jpeg_saying),
    "gif saying more": _as_file("more.gif", _gif_saying),
    "thin": _as_file("thin.png", lambda _: png_saying(1, 60000, rows=bytes(60000 * 4))),
    "png for jpeg": _as_file("really a png.jpg", lambda draw: _encoded(_picture(draw), "PNG")),
    "text for jpeg": _as_file("text.jpg", lambda _: "\N{SNOWMAN} no image".encode() * 99),
    "odd exif": _as_file("exif.jpg", _odd_exif),
    "animated gif": _as_file("moving.gif", _animated("GIF")),
    "animated png": _as_file("moving.png", _animated("PNG")),
    "animated webp": _as_file("moving.webp", _animated("WEBP")),
    "sixteen bit": _as_file("deep.png", _sixteen_bit),
    "palette": _as_file("palette.png", lambda draw: _encoded(_picture(draw, mode="P"), "PNG", transparency=3)),
    "one bit": _as_file("bits.png", lambda draw: _encoded(_picture(draw, mode="1"), "PNG")),
    "cmyk": _as_file("cmyk.jpg", _cmyk),
    "alpha": _as_file("alpha.webp", lambda draw: _encoded(_picture(draw, mode="RGBA"), "WEBP")),
    "one pixel": _as_file("pixel.jpg", lambda draw: _encoded(_picture(draw, 1, 1), "JPEG")),
    "svg": _as_file("drawing.svg", _svg),
    "svg for jpeg": _as_file("drawing.jpg", _svg),
    "odd name": _odd_name,
    "pipe": _fifo,
    "device": _device,
    "folder": _folder,
    "loop": _loop,
    "circle": _circle,
    "no permission": _unreadable,
}
"""By name: what writes files of that kind into a folder, and gives back those that a row is expected of."""


if __name__ == "__main__":
    sys.exit(main())
