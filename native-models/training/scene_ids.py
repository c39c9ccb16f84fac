"""Token ids of rendered scenes without rendering: every picture is pieced together from a table made once.

Tiles are whole cells and do not influence each other, so an object at a place of a look is always the same ids.
"""

import os

import numpy as np
import torch

import scenes
from parse import BACKGROUNDS, COLORS, KINDS


class SceneIds:
    """ids of empty looks [looks, cells] and of single objects [looks, places, objects, 36]."""

    def __init__(self, index, empty, alone):
        self.index, self.empty, self.alone = index, empty, alone
        side = int(round(empty.shape[1] ** 0.5))
        token, n = scenes.FRAME // side, int(round(alone.shape[3] ** 0.5))
        grid = np.arange(side * side).reshape(side, side)
        self.cells = [grid[y // token : y // token + n, x // token : x // token + n].ravel() for x, y in index["places"]]
        self.places = {tuple(place): i for i, place in enumerate(index["places"])}
        self.homes = [self.places[tuple(home)] for home in index["homes"]]
        self.looks = {(l["task"], l["background"], l["style"]): i for i, l in enumerate(index["looks"])}
        self.objects = {(o["kind"], o["color"]): i for i, o in enumerate(index["objects"])}

    @classmethod
    def make(cls, program, encode, cache, layout="slots"):
        """Encodes every look with `encode` (uint8 frames to ids), or reads the file `cache` that an earlier run wrote."""
        if os.path.exists(cache):
            kept = np.load(cache, allow_pickle=True)
            return cls(kept["index"].item(), kept["empty"], kept["alone"])
        index, looks = scenes.places(program, layout)
        shape = len(index["places"]), len(index["objects"]), -1
        ids = [(encode(empty[None]).ravel(), encode_tiles(encode, empty, tiles).reshape(shape)) for empty, tiles in looks]
        made = cls(index, np.stack([empty for empty, _ in ids]), np.stack([alone for _, alone in ids]))
        np.savez(cache + ".tmp.npz", index=np.array(index, dtype=object), empty=made.empty, alone=made.alone)
        os.replace(cache + ".tmp.npz", cache)
        return made

    def place_of(self, scene, slot):
        """Index of the place of a slot, None for a slot of a free scene that never held an object."""
        if "places" not in scene:
            return self.homes[slot]
        return scene["places"][slot] and self.places[tuple(scene["places"][slot])]

    def tiles(self, scene):
        """(object or None, cells of its tile) for each slot that holds or held an object."""
        for slot, thing in enumerate(scene["objects"]):
            place = self.place_of(scene, slot)
            if place is not None:
                yield thing, self.cells[place]

    def of(self, scene, task="edit"):
        """ids [cells] of a scene, or of the map of a scene."""
        first = self.index["looks"][0]["background"]
        background = scene["background"] if task in ("edit", "canny") else first
        look = self.looks[task, background, scene["style"] if task == "edit" else "photo"]
        ids = self.empty[look].copy()
        for slot, thing in enumerate(scene["objects"]):
            if thing:
                place = self.place_of(scene, slot)
                ids[self.cells[place]] = self.alone[look, place, self.objects[thing["kind"], thing["color"]]]
        return ids

    def busy(self, group):
        """[pairs, cells] booleans: the tiles of a group's source and of each target."""
        out = np.zeros((len(group["pairs"]), self.empty.shape[1]), bool)
        for row, pair in zip(out, group["pairs"]):
            for scene in (group["source"], pair["target"]):
                for _, cells in self.tiles(scene):
                    row[cells] = True
        return out

    def group(self, group):
        """condition [cells] and targets [pairs, cells] of a group."""
        return self.of(group["source"], group["task"]), np.stack([self.of(p["target"]) for p in group["pairs"]])

    def meaning(self, vocab):
        """[vocab, 24]: how often an id shows each kind, colour, background, style, or an object at all; training pictures of the three slots."""
        kinds, colors, backgrounds, styles = (sorted({x[name] for x in of}) for of, name in (
            (self.index["objects"], "kind"), (self.index["objects"], "color"), (self.index["looks"], "background"), (self.index["looks"], "style")))
        counts, seen = np.zeros((vocab, len(kinds) + len(colors) + len(backgrounds) + len(styles) + 1)), np.zeros(vocab)
        at = np.cumsum([0, len(kinds), len(colors), len(backgrounds), len(styles)])
        for i, look in enumerate(self.index["looks"]):
            world = [at[2] + backgrounds.index(look["background"]), at[3] + styles.index(look["style"])]
            of_world = world if look["task"] == "edit" else []
            for place in self.homes:
                cells = self.cells[place]
                for j, thing in enumerate(self.index["objects"]):
                    if held_out(thing, look["background"]):
                        continue
                    ids, ground = self.alone[i, place, j], self.empty[i][cells]
                    its = [at[0] + kinds.index(thing["kind"]), at[4]] + ([at[1] + colors.index(thing["color"])] if of_world else [])
                    for id, is_object in zip(ids, ids != ground):
                        seen[id] += 1
                        counts[id, of_world + (its if is_object else [])] += 1
            for id in self.empty[i]:
                seen[id] += 1
                counts[id, of_world] += 1
        share = counts / np.maximum(seen, 1)[:, None]
        return torch.from_numpy(0.7 * (share - share[seen > 0].mean(0)) * (seen > 0)[:, None]).float()


def held_out(thing, background):
    """The rule of native-models/scenes/splits.ts."""
    return (KINDS.index(thing["kind"]) + 2 * COLORS.index(thing["color"]) + 5 * BACKGROUNDS.index(background)) % 12 == 3


AT_ONCE = 64  # cells of an empty picture that are replaced: about as many as three objects cover


def encode_tiles(encode, empty, tiles):
    """ids [n, cells of a tile] of tiles [n,t,t,3], each distinct cell once and inside the empty picture of its look.

    The exported encoder of a local tokenizer is not wholly local: its norms know the whole picture, and in a picture of
    object cells alone 3 ids in 1,000 came out differently.
    """
    side = scenes.FRAME // int(round(encode(empty[None]).size ** 0.5))
    cells, which = np.unique(in_cells(tiles, side).reshape(-1, side * side * 3), axis=0, return_inverse=True)
    grounds = np.repeat(in_cells(empty[None], side), -(-len(cells) // AT_ONCE), 0)
    start = grounds.shape[1] // 2
    filled = np.resize(cells, (len(grounds) * AT_ONCE, side, side, 3)).reshape(len(grounds), AT_ONCE, side, side, 3)
    grounds[:, start : start + AT_ONCE] = filled
    frames = from_cells(grounds)
    ids = np.concatenate([encode(frames[i : i + 64]).reshape(-1, grounds.shape[1]) for i in range(0, len(frames), 64)])
    return ids[:, start : start + AT_ONCE].ravel()[which.ravel()].reshape(len(tiles), -1)


def in_cells(frames, side):
    """Pictures [n,h,w,3] as [n, cells, side, side, 3]."""
    n, h, w, _ = frames.shape
    return frames.reshape(n, h // side, side, w // side, side, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, -1, side, side, 3)


def from_cells(cells):
    """The reverse, for square pictures."""
    n, count, side = cells.shape[:3]
    grid = int(round(count**0.5))
    return cells.reshape(n, grid, grid, side, side, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, grid * side, grid * side, 3)
