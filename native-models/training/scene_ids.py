"""Token ids of rendered scenes without rendering: every picture is pieced together from a table made once.

Slots are whole cells and do not influence each other, so an object in a slot of a look is always the same ids.
"""

import os

import numpy as np
import torch

import scenes
from parse import BACKGROUNDS, COLORS, KINDS


class SceneIds:
    """ids of empty looks [looks, cells] and of single objects [looks, slots, objects, 36]."""

    def __init__(self, index, empty, alone):
        self.index, self.empty, self.alone = index, empty, alone
        side = int(round(empty.shape[1] ** 0.5))
        token, tile = scenes.FRAME // side, index["tile"]
        grid = np.arange(side * side).reshape(side, side)
        n = tile // token
        self.cells = [grid[y // token : y // token + n, x // token : x // token + n].ravel() for x, y in index["origins"]]
        self.slot_of = np.full(side * side, -1)
        for slot, cells in enumerate(self.cells):
            self.slot_of[cells] = slot
        self.looks = {(l["task"], l["background"], l["style"]): i for i, l in enumerate(index["looks"])}
        self.objects = {(o["kind"], o["color"]): i for i, o in enumerate(index["objects"])}

    @classmethod
    def make(cls, program, encode, cache):
        """Encodes every look with `encode` (uint8 frames to ids), or reads the file `cache` that an earlier run wrote."""
        if os.path.exists(cache):
            kept = np.load(cache, allow_pickle=True)
            return cls(kept["index"].item(), kept["empty"], kept["alone"])
        index, pictures = scenes.looks(program)
        count = len(index["slots"]) * len(index["objects"])
        ids = [np.concatenate([encode(frames[i : i + 64]) for i in range(0, len(frames), 64)]).reshape(1 + count, -1) for frames in pictures]
        made = cls(index, np.stack([i[0] for i in ids]), None)
        made.alone = np.stack([made.cut(i[1:]) for i in ids])
        np.savez(cache + ".tmp.npz", index=np.array(index, dtype=object), empty=made.empty, alone=made.alone)
        os.replace(cache + ".tmp.npz", cache)
        return made

    def cut(self, ids):
        """[slots * objects, cells] to [slots, objects, cells of a slot]."""
        by_slot = ids.reshape(len(self.cells), -1, ids.shape[1])
        return np.stack([by_slot[slot][:, cells] for slot, cells in enumerate(self.cells)])

    def of(self, scene, task="edit"):
        """ids [cells] of a scene, or of the map of a scene."""
        first = self.index["looks"][0]["background"]
        background = scene["background"] if task in ("edit", "canny") else first
        look = self.looks[task, background, scene["style"] if task == "edit" else "photo"]
        ids = self.empty[look].copy()
        for slot, thing in enumerate(scene["objects"]):
            if thing:
                ids[self.cells[slot]] = self.alone[look, slot, self.objects[thing["kind"], thing["color"]]]
        return ids

    def group(self, group):
        """condition [cells] and targets [pairs, cells] of a group."""
        return self.of(group["source"], group["task"]), np.stack([self.of(p["target"]) for p in group["pairs"]])

    def meaning(self, vocab):
        """[vocab, 24]: how often an id shows each kind, colour, background, style, or an object at all; training pictures only."""
        kinds, colors, backgrounds, styles = (sorted({x[name] for x in of}) for of, name in (
            (self.index["objects"], "kind"), (self.index["objects"], "color"), (self.index["looks"], "background"), (self.index["looks"], "style")))
        counts, seen = np.zeros((vocab, len(kinds) + len(colors) + len(backgrounds) + len(styles) + 1)), np.zeros(vocab)
        at = np.cumsum([0, len(kinds), len(colors), len(backgrounds), len(styles)])
        for i, look in enumerate(self.index["looks"]):
            world = [at[2] + backgrounds.index(look["background"]), at[3] + styles.index(look["style"])]
            of_world = world if look["task"] == "edit" else []
            for slot, cells in enumerate(self.cells):
                for j, thing in enumerate(self.index["objects"]):
                    if held_out(thing, look["background"]):
                        continue
                    ids, ground = self.alone[i, slot, j], self.empty[i][cells]
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
