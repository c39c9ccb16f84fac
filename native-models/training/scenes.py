"""Reads rendered scenes from `node scene-stream.mjs` (build/scripts/scene-stream.ts)."""

import itertools
import json
import os
import struct
import subprocess
import threading
from queue import Queue

import numpy as np

FRAME = 128
FRAME_BYTES = FRAME * FRAME * 3


def read_exactly(pipe, count):
    data = pipe.read(count)
    if len(data) != count:
        raise EOFError("scene stream ended early")
    return data


def read_header(pipe):
    head = pipe.read(4)
    if not head:
        return None
    return json.loads(read_exactly(pipe, struct.unpack("<I", head)[0]))


def start(program, *arguments):
    return subprocess.Popen([os.environ.get("NODE", "node"), program, *map(str, arguments)], stdout=subprocess.PIPE, bufsize=1 << 20)


def choice(split, first, count, pairs, task=None, type=None, objects=3, layout="slots"):
    """Arguments of the program for groups."""
    options = ["--split", split, "--first", first, "--count", count, "--pairs", pairs, "--objects", objects, "--layout", layout]
    return options + (["--task", task] if task else []) + (["--type", type] if type else [])


def groups(program, *arguments, **options):
    """Yields (group, frames): the JSON of a group and uint8 [1 + pairs, 128, 128, 3], condition first."""
    child = start(program, "groups", *choice(*arguments, **options))
    try:
        while (group := read_header(child.stdout)) is not None:
            n = 1 + len(group["pairs"])
            frames = np.frombuffer(read_exactly(child.stdout, n * FRAME_BYTES), np.uint8)
            yield group, frames.reshape(n, FRAME, FRAME, 3)
    finally:
        child.stdout.close()
        child.terminate()
        child.wait()


def ahead(items, size):
    """The same items, produced by a thread that keeps up to `size` of them ready; its errors are raised here."""
    queue = Queue(size)

    def fill():
        try:
            for item in items:
                queue.put((item, None))
            queue.put((None, StopIteration()))
        except Exception as error:
            queue.put((None, error))

    threading.Thread(target=fill, daemon=True).start()
    while True:
        item, error = queue.get()
        if isinstance(error, StopIteration):
            return
        if error:
            raise error
        yield item


def tiles(program):
    """Index JSON, empty scenes [worlds,128,128,3] and object tiles [worlds, slots, objects, tile, tile, 3]."""
    child = start(program, "tiles")
    index = read_header(child.stdout)
    worlds, slots, objects, side = len(index["worlds"]), len(index["slots"]), len(index["objects"]), index["tile"]
    empty = np.frombuffer(read_exactly(child.stdout, worlds * FRAME_BYTES), np.uint8)
    pixels = np.frombuffer(read_exactly(child.stdout, worlds * slots * objects * side * side * 3), np.uint8)
    child.wait()
    return index, empty.reshape(worlds, FRAME, FRAME, 3), pixels.reshape(worlds, slots, objects, side, side, 3)


def descriptions(program, *arguments, **options):
    """Yields the JSON of groups, without pictures."""
    child = start(program, "scenes", *choice(*arguments, **options))
    try:
        for line in child.stdout:
            yield json.loads(line)
    finally:
        child.stdout.close()
        child.terminate()
        child.wait()


def maps(program, split, first, layout):
    """Endless (picture uint8 [128,128,3], depth levels [128,128], classes [128,128]), several of a source in a row; `first` are left out."""
    of_group, pixels = 4, FRAME * FRAME
    child = start(program, "maps", *choice(split, first // of_group, 10**8, of_group - 1, layout=layout))
    try:
        for i in itertools.count(first - first % of_group):
            scene = np.frombuffer(read_exactly(child.stdout, FRAME_BYTES + 2 * pixels), np.uint8)
            if i >= first:
                yield scene[:FRAME_BYTES].reshape(FRAME, FRAME, 3), *scene[FRAME_BYTES:].reshape(2, FRAME, FRAME)
    finally:
        child.stdout.close()
        child.terminate()
        child.wait()
