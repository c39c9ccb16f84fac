"""Frozen teachers for the distillation loss when no DINOv2 features are at hand."""

import numpy as np

from parse import BACKGROUNDS, COLORS, KINDS, STYLES


class PatchTeacher:
    """A fixed random projection of standardised pixel patches: asks whether low-level targets alone help.

    Pictures uint8 [n,h,w,3] to features [n,dim,h/patch,w/patch], each close to zero mean and unit variance.
    """

    def __init__(self, dim, patch):
        self.patch = patch
        self.matrix = np.linalg.qr(np.random.default_rng(0).normal(size=(patch * patch * 3, dim)))[0].astype(np.float32)

    def __call__(self, frames):
        n, h, w, _ = frames.shape
        s = self.patch
        patches = frames.reshape(n, h // s, s, w // s, s, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, h // s, w // s, -1)
        features = (patches.astype(np.float32) / 127.5 - 1) @ self.matrix
        features /= features.std(axis=(0, 1, 2), keepdims=True) + 1e-3
        return features.transpose(0, 3, 1, 2)


class LabelTeacher:
    """Privileged: fixed random codes of what the renderer knows about the target.

    A cell in a tile carries kind and colour of the whole object there (or that it is gone), every cell carries
    background and style. Averaged over 2 x 2 cells: features [n,dim,grid/2,grid/2], about unit variance per cell.
    """

    def __init__(self, dim, table):
        draw = np.random.default_rng(0)
        code = lambda count: draw.normal(size=(count, dim)).astype(np.float32)
        self.background, self.style = 0.6 * code(len(BACKGROUNDS)), 0.6 * code(len(STYLES))
        self.kind, self.color, self.none = 0.7 * code(len(KINDS)), 0.7 * code(len(COLORS)), 0.7 * code(2)
        self.table, self.grid = table, int(round(table.empty.shape[1] ** 0.5))

    def __call__(self, targets):
        return np.stack([self.of(scene) for scene in targets])

    def of(self, scene):
        cells = np.tile(self.none[0], (self.grid * self.grid, 1))
        for o, its in self.table.tiles(scene):
            cells[its] = self.none[1] if o is None else self.kind[KINDS.index(o["kind"])] + self.color[COLORS.index(o["color"])]
        cells += self.background[BACKGROUNDS.index(scene["background"])] + self.style[STYLES.index(scene["style"])]
        half = self.grid // 2
        return cells.reshape(half, 2, half, 2, -1).mean((1, 3)).transpose(2, 0, 1)
