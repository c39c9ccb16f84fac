"""Adds codes to a trained local tokenizer where one code stands for patches that people tell apart.

    python extend_codebook.py --vq vq.pt --stream out/scene-stream.mjs --flat 36 --total 96 --out vq-extended.pt

First, plain patches (ground, sky) whose colour is far from the mean of their code get a code of their own. Then, as
long as codes are left, the two colours of one kind whose tiles differ in the fewest ids get one more difference.
Ids of all other patches stay. Continue with `train_tokenizer.py --decoder`, so that the decoder learns the new codes.
"""

import argparse
from itertools import combinations

import numpy as np
import torch
import torch.nn.functional as F

import scenes
from train_tokenizer import to_tensor
from vq import load_vq

SIDE = 8


def patches(frames):
    n, h = frames.shape[:2]
    return frames.reshape(n, h // SIDE, SIDE, h // SIDE, SIDE, 3).transpose(0, 1, 3, 2, 4, 5).reshape(-1, SIDE, SIDE, 3)


class Patches:
    """Every distinct patch of the scenes: pixels, mean colour, latent vector, how often it occurs, current id."""

    def __init__(self, vq, stream):
        self.index, empty, self.tiles = scenes.tiles(stream)
        seen = np.concatenate([f[1:] for _, f in scenes.groups(stream, "train", 90_000_000, 330, 4)])
        side = self.index["tile"]
        everything = np.concatenate([patches(seen), patches(self.tiles.reshape(-1, side, side, 3)), patches(empty)])
        unique, inverse = np.unique(everything.reshape(len(everything), -1).view(f"V{SIDE * SIDE * 3}").ravel(), return_inverse=True)
        shown = len(patches(seen))
        self.count = np.bincount(inverse[:shown], minlength=len(unique)) + 0.02 * np.bincount(inverse[shown:], minlength=len(unique))
        self.pixels = np.frombuffer(unique.tobytes(), np.uint8).reshape(-1, SIDE, SIDE, 3)
        self.mean = self.pixels.reshape(len(unique), -1, 3).mean(1) / 255
        with torch.no_grad():
            self.z = torch.cat([vq.latent(to_tensor(part))[:, :, 0, 0] for part in np.array_split(self.pixels, len(unique) // 2048 + 1)])
        best = (self.z @ vq.codebook.T).max(1)
        self.match, self.ids = best.values.numpy().copy(), best.indices.numpy().copy()
        self.size, self.codes, self.centres = len(vq.codebook), [], set()

    def add(self, patch):
        """Makes a patch the centre of a new code."""
        match = (self.z @ self.z[patch]).numpy()
        nearer = match > self.match
        self.ids[nearer], self.match[nearer] = self.size + len(self.codes), match[nearer]
        self.codes.append(self.z[patch])
        self.centres.add(int(patch))

    def worst_flat(self):
        """The patch whose colour its code misses most; if that is a centre already, the most common other member."""
        n = self.size + len(self.codes)
        weight = np.maximum(np.bincount(self.ids, self.count, n), 1e-9)
        center = np.stack([np.bincount(self.ids, self.count * self.mean[:, c], n) / weight for c in range(3)], 1)
        worst = int((np.sqrt(self.count) * np.linalg.norm(self.mean - center[self.ids], axis=1)).argmax())
        if worst not in self.centres:
            return worst
        free = np.array([i not in self.centres for i in range(len(self.ids))])
        return int((self.count * (self.ids == self.ids[worst]) * free).argmax())

    def cells(self):
        """Patch index of every tile cell: [worlds, slots, kinds, colours, cells]."""
        key = {p.tobytes(): i for i, p in enumerate(self.pixels)}
        flat = [key[p.tobytes()] for p in patches(self.tiles.reshape(-1, *self.tiles.shape[3:]))]
        kinds = len({o["kind"] for o in self.index["objects"]})
        return np.array(flat).reshape(*self.tiles.shape[:2], kinds, self.tiles.shape[2] // kinds, -1)

    def worst_pair(self, cells, pairs):
        """In the two tiles with the fewest different ids, a cell that looks different and has the same id."""
        ids = self.ids[cells]
        apart = (ids[:, :, :, pairs[:, 0]] != ids[:, :, :, pairs[:, 1]]).sum(-1)
        ties = np.argwhere(apart == apart.min())
        world, slot, kind, pair = ties[len(ties) // 2]
        a, b = (cells[world, slot, kind, c] for c in pairs[pair])
        look = np.square(self.pixels[a].astype(float) - self.pixels[b]).sum((1, 2, 3)) * (self.ids[a] == self.ids[b])
        cell = int(look.argmax())
        return b[cell] if int(a[cell]) in self.centres else a[cell]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--vq", "--stream", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--flat", type=int, default=36)
    parser.add_argument("--total", type=int, default=96)
    args = parser.parse_args()
    saved = torch.load(args.vq, weights_only=False)
    found = Patches(load_vq(args.vq, saved["config"]["vq"]), args.stream)
    for _ in range(args.flat):
        found.add(found.worst_flat())
    cells = found.cells()
    pairs = np.array(list(combinations(range(cells.shape[3]), 2)))
    while len(found.codes) < args.total:
        found.add(found.worst_pair(cells, pairs))
    table = saved["model"]["quantize.embedding.weight"]
    saved["model"]["quantize.embedding.weight"] = torch.cat([F.normalize(table, dim=1), torch.stack(found.codes)])
    saved["config"]["vq"]["codebookSize"] = len(table) + args.total
    torch.save(dict(model=saved["model"], config=saved["config"]), args.out)


if __name__ == "__main__":
    main()
