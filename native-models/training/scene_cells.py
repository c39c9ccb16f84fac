"""A process that reads a part of a level's tiles and hands over each distinct cell of a look once.

    python scene_cells.py --stream scene-stream.mjs --layout full --part 3/15

Per look, on standard output: the empty pictures (one per shift), uint32 count, the cells uint8 [count, 8, 8 * 3], and int32
[places, objects, cells of a tile]: which of them each tile has.
"""

import argparse
import fcntl
import struct
import sys

import numpy as np

import scenes
from world import TOKEN

PIPE = 1 << 20  # bytes that a pipe may hold; the default is a sixteenth


def widen(pipe):
    try:
        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", 1031), PIPE)
    except OSError:
        pass  # slower, no more


def index_of(program, layout, part=None):
    """(child, index JSON): the stream of a part of the places of a level."""
    child = scenes.start(program, "places", "--layout", layout, *(["--part", part] if part else []))
    widen(child.stdout)
    return child, scenes.read_header(child.stdout)


def part_of(index, part):
    i, n = map(int, part.split("/")) if part else (0, 1)
    return [p for p in range(len(index["places"])) if p % n == i]


MULTIPLIERS = np.random.default_rng(7).integers(1, 2**63, (8, 3), np.int64).astype(np.uint64) * np.uint64(2) + np.uint64(1)


def hashes(tiles):
    """Tiles uint8 [n,48,48,3] to a 64-bit number per cell, [n, rows, columns]."""
    n, side = len(tiles), tiles.shape[1] // TOKEN
    lanes = tiles.reshape(n, -1).view(np.uint64).reshape(n, side, TOKEN, side, 3)
    mixed = lanes ^ (lanes >> np.uint64(29))
    mixed *= MULTIPLIERS[None, None, :, None, :]
    return mixed.sum((2, 4))


def main():
    parser = argparse.ArgumentParser()
    for name in ("--stream", "--layout"):
        parser.add_argument(name, required=True)
    parser.add_argument("--part")
    args = parser.parse_args()
    child, index = index_of(args.stream, args.layout, args.part)
    places, objects, side = len(part_of(index, args.part)), len(index["objects"]), index["tile"]
    shifts = len(index.get("shifts", [0]))
    out, n = sys.stdout.buffer, side // TOKEN
    for _ in index["looks"]:
        empty = scenes.read_exactly(child.stdout, shifts * scenes.FRAME_BYTES)
        tiles = np.frombuffer(scenes.read_exactly(child.stdout, places * objects * side * side * 3), np.uint8).reshape(-1, side, side, 3)
        keys = np.concatenate([hashes(tiles[i : i + 256]).ravel() for i in range(0, len(tiles), 256)])
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        tile, row, column = np.unravel_index(first, (len(tiles), n, n))
        cells = tiles.reshape(-1, n, TOKEN, n, TOKEN * 3)[tile, row, :, column]
        out.write(empty)
        out.write(struct.pack("<I", len(cells)))
        out.write(np.ascontiguousarray(cells).data)
        out.write(which.astype(np.int32).data)
    out.flush()


if __name__ == "__main__":
    main()
