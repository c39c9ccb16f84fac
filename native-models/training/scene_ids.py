"""Token ids of rendered scenes without rendering: every picture is pieced together, on the device, from a table made once.

Tiles are whole cells and do not influence each other, so an object at a place of the world is always the same ids.

    python scene_ids.py --stream scene-stream.mjs --layout full --vq vq.pt --config config.json --out table.npz --parts 15

makes the table in a process of its own; parts are read by processes that hand over each distinct cell once.
"""

import argparse
import json
import os
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

import scenes
from scene_cells import index_of, part_of, widen
from vq import load_vq
from world import BACKGROUNDS, CODES, COLORS, HOMES, KINDS, SLOTS, STYLES, TASKS, TOKEN, object_code

GRID = scenes.FRAME // TOKEN
CELLS = GRID * GRID
OFFSET = 4  # world places may begin this many cells left of the frame


class Encoder:
    """Distinct cells uint8 [n,8,8*3] to ids, on the device, in fp32.

    A local tokenizer sees cells alone. Any other one knows the whole picture: its cells are put inside the empty picture of their look.
    """

    AT_ONCE = 64  # cells of an empty picture that are replaced: about as many as three objects cover

    def __init__(self, vq, device):
        self.vq, self.device = vq.to(device).eval(), device

    @torch.no_grad()
    def pictures(self, frames):
        """Frames uint8 [n,h,w,3] to ids [n, cells]."""
        x = torch.from_numpy(np.array(frames)).to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        return self.vq.encode(x).flatten(1).short().cpu().numpy()

    def cells(self, empty, cells):
        if not self.vq.cfg["local"]:
            return self.inside(empty, cells.reshape(-1, TOKEN, TOKEN, 3))
        return np.concatenate([self.pictures(cells[i : i + 65536].reshape(-1, TOKEN, TOKEN, 3)).ravel() for i in range(0, len(cells), 65536)])

    def inside(self, empty, cells):
        grounds = np.repeat(in_cells(empty[None]), -(-len(cells) // self.AT_ONCE), 0)
        chosen = slice(CELLS // 2, CELLS // 2 + self.AT_ONCE)
        grounds[:, chosen] = np.resize(cells, (len(grounds), self.AT_ONCE, TOKEN, TOKEN, 3))
        frames = from_cells(grounds)
        return np.concatenate([self.pictures(frames[i : i + 64])[:, chosen].ravel() for i in range(0, len(frames), 64)])[: len(cells)]


def in_cells(frames):
    """Pictures [n,h,w,3] as [n, cells, side, side, 3]."""
    n, s = len(frames), TOKEN
    return frames.reshape(n, GRID, s, GRID, s, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, -1, s, s, 3)


def from_cells(cells):
    n, s = len(cells), TOKEN
    return cells.reshape(n, GRID, GRID, s, s, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, scenes.FRAME, scenes.FRAME, 3)


def make(program, layout, vq, device, parts):
    """The table of a level, as arrays: (index, empty [looks, shifts, cells], alone [looks, places, objects, cells of a tile])."""
    tf32, torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.allow_tf32, False  # ids are those of full precision
    child, index = index_of(program, layout)
    child.kill()
    child.wait()
    parts = min(parts, len(index["places"]))
    encoder, lock = Encoder(vq, device), threading.Lock()
    per_tile, shifts = (index["tile"] // TOKEN) ** 2, len(index.get("shifts", [0]))
    empty = np.zeros((len(index["looks"]), shifts, CELLS), np.int16)
    alone = np.zeros((len(index["looks"]), len(index["places"]), len(index["objects"]), per_tile), np.int16)

    def read(part):
        command = ["nice", "-n", "5", sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scene_cells.py"), "--stream", program, "--layout", layout] + (["--part", part] if part else [])
        reader = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 20, env={**os.environ, "OMP_NUM_THREADS": "1"})
        widen(reader.stdout)
        mine = part_of(index, part)
        try:
            for look in range(len(index["looks"])):
                pictures = np.frombuffer(scenes.read_exactly(reader.stdout, shifts * scenes.FRAME_BYTES), np.uint8).reshape(-1, scenes.FRAME, scenes.FRAME, 3)
                count = struct.unpack("<I", scenes.read_exactly(reader.stdout, 4))[0]
                cells = np.frombuffer(scenes.read_exactly(reader.stdout, count * TOKEN * TOKEN * 3), np.uint8)
                which = np.frombuffer(scenes.read_exactly(reader.stdout, len(mine) * len(index["objects"]) * per_tile * 4), np.int32)
                with lock:
                    ids = encoder.cells(pictures[0], cells.reshape(count, -1))
                    if mine and mine[0] == 0:
                        empty[look] = encoder.pictures(pictures)
                alone[look, mine] = ids[which].reshape(len(mine), len(index["objects"]), per_tile)
        finally:
            reader.kill()
            reader.wait()

    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(read, [f"{i}/{parts}" for i in range(parts)] if parts > 1 else [None]))
    torch.backends.cudnn.allow_tf32 = tf32
    return index, empty, alone


def save(path, table):
    index, empty, alone = table
    np.savez(path + ".tmp.npz", index=np.array(json.dumps(index)), empty=empty, alone=alone)
    os.replace(path + ".tmp.npz", path)


def load(path):
    kept = np.load(path)
    return json.loads(kept["index"].item()), kept["empty"], kept["alone"]


class SceneIds:
    """A table on the device. Scenes are int rows [n, SCENE] of world.py; nothing waits for the device."""

    def __init__(self, table, device):
        self.index, empty, alone = table
        index, to = self.index, lambda a: torch.as_tensor(a).to(device)
        self.empty, self.alone = to(empty).flatten(0, 1), to(alone).flatten(0, 2)
        self.shifts, self.places, self.objects = empty.shape[1], alone.shape[1], alone.shape[2]
        look = np.zeros((len(TASKS), len(BACKGROUNDS), len(STYLES)), np.int64)
        for i, l in enumerate(index["looks"]):
            if l["task"] in ("depth", "segmentation"):  # these show neither background nor style
                look[TASKS.index(l["task"])] = i
            elif l["task"] == "canny":
                look[TASKS.index("canny"), BACKGROUNDS.index(l["background"])] = i
            else:
                look[0, BACKGROUNDS.index(l["background"]), STYLES.index(l["style"])] = i
        self.look = to(look)
        shift = np.zeros(2 * OFFSET + 1, np.int64)
        for i, s in enumerate(index.get("shifts", [0])):
            shift[s + OFFSET] = i
        self.shift = to(shift)
        place = np.zeros((GRID, GRID + 2 * OFFSET), np.int64)
        for i, (x, y) in enumerate(index["places"]):
            place[y // TOKEN, x // TOKEN + OFFSET] = i
        self.place = to(place)
        code = np.zeros(CODES, np.int64)
        for i, thing in enumerate(index["objects"]):
            code[object_code(thing)] = i
        self.code = to(code)
        n = index["tile"] // TOKEN
        self.tile = to((np.arange(n)[:, None] * GRID + np.arange(n)).ravel())

    def slots(self, scene):
        """(codes, columns, rows) [n, SLOTS] of the objects."""
        return scene[:, 3:].view(-1, SLOTS, 3).unbind(2)

    def cells(self, column, row):
        """Cells of the tiles at places [n], [n, cells of a tile]; places that are none stand for the first."""
        return (row.clamp_min(0) * GRID + column.clamp_min(0))[:, None] + self.tile

    def of(self, scene, task):
        """ids [n, CELLS] of scenes, or of maps of scenes; `task` [n] says which."""
        plain = task >= 2  # depth and segmentation do not show the shift
        shift = torch.where(plain, 0, scene[:, 2])
        look = self.look[task, scene[:, 0], scene[:, 1]]
        ids = self.empty[look * self.shifts + self.shift[shift + OFFSET]].long()
        codes, columns, rows = self.slots(scene)
        for slot in range(SLOTS):
            code, column, row = codes[:, slot], columns[:, slot], rows[:, slot]
            place = self.place[row.clamp_min(0), column.clamp_min(0) + shift + OFFSET]
            tile = self.alone[(look * self.places + place) * self.objects + self.code[code.clamp_min(0)]].long()
            cells = self.cells(column, row)
            ids.scatter_(1, cells, torch.where((code >= 0)[:, None], tile, ids.gather(1, cells)))
        return ids

    def marked(self, *lists):
        """[n, CELLS] booleans: the tiles of every slot that holds or held an object, in any of the scenes of a row."""
        out = torch.zeros(len(lists[0]), CELLS, dtype=torch.bool, device=lists[0].device)
        for scene in lists:
            _, columns, rows = self.slots(scene)
            for slot in range(SLOTS):
                cells = self.cells(columns[:, slot], rows[:, slot])
                out.scatter_(1, cells, (columns[:, slot] >= 0)[:, None] | out.gather(1, cells))
        return out

    def labels(self, scene):
        """[n, CELLS] what a cell belongs to: 0 nothing, 1 a place whose object is gone, 2 + code an object."""
        out = torch.zeros(len(scene), CELLS, dtype=torch.long, device=scene.device)
        codes, columns, rows = self.slots(scene)
        for slot in range(SLOTS):
            cells = self.cells(columns[:, slot], rows[:, slot])
            out.scatter_(1, cells, torch.where((columns[:, slot] >= 0)[:, None], codes[:, slot, None] + 2, out.gather(1, cells)))
        return out

    def meaning(self, vocab, most):
        """[vocab, most]: how often an id shows each kind, colour, background, style, or an object at all; training pictures of the three slots."""
        index, homes = self.index, [self.index["places"].index(list(home)) for home in HOMES]
        empty, alone = self.empty.cpu().numpy(), self.alone.cpu().numpy().reshape(len(index["looks"]), self.places, self.objects, -1)
        names = [sorted({x[name] for x in of}) for of, name in (
            (index["objects"], "kind"), (index["objects"], "color"), (index["looks"], "background"), (index["looks"], "style"))]
        at = np.cumsum([0, *map(len, names)])
        width = at[-1] + 1
        counts, seen = np.zeros((vocab, width)), np.zeros(vocab)
        column = lambda which, name: at[which] + names[which].index(name)
        for i, look in enumerate(index["looks"]):
            ground, edit = empty[i * self.shifts + self.shift[OFFSET].item()], look["task"] == "edit"
            world = [column(2, look["background"]), column(3, look["style"])] if edit else []
            for place in homes:
                cells = self.cells(*(torch.tensor([p // TOKEN]) for p in index["places"][place])).numpy()[0] if self.tile.device.type == "cpu" else \
                    self.cells(*(torch.tensor([p // TOKEN], device=self.tile.device) for p in index["places"][place])).cpu().numpy()[0]
                for j, thing in enumerate(index["objects"]):
                    if held_out(thing, look["background"]):
                        continue
                    ids = alone[i, place, j]
                    shown = ids[ids != ground[cells]]
                    np.add.at(seen, ids, 1)
                    for c in world:
                        np.add.at(counts[:, c], ids, 1)
                    for c in [column(0, thing["kind"]), width - 1] + ([column(1, thing["color"])] if edit else []):
                        np.add.at(counts[:, c], shown, 1)
            np.add.at(seen, ground, 1)
            for c in world:
                np.add.at(counts[:, c], ground, 1)
        share = counts / np.maximum(seen, 1)[:, None]
        out = 0.7 * (share - share[seen > 0].mean(0)) * (seen > 0)[:, None]
        return torch.from_numpy(out[:, :most]).float()


def held_out(thing, background):
    """The rule of native-models/scenes/splits.ts."""
    return (KINDS.index(thing["kind"]) + 2 * COLORS.index(thing["color"]) + 5 * BACKGROUNDS.index(background)) % 12 == 3


def main():
    parser = argparse.ArgumentParser()
    for name in ("--stream", "--layout", "--vq", "--config", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    save(args.out, make(args.stream, args.layout, load_vq(args.vq, json.load(open(args.config))["vq"]), args.device, args.parts))


if __name__ == "__main__":
    main()
