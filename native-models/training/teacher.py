"""Frozen teachers for the distillation loss when no DINOv2 features are at hand."""

import numpy as np
import torch

from world import ATTRIBUTES, BACKGROUNDS, CODES, STYLES, attributes


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

    A cell in a tile carries kind, colour and whatever is unusual about the whole object there (or that it is gone), every cell
    carries background and style. Averaged over 2 x 2 cells: features [n,dim,grid/2,grid/2], about unit variance per cell.
    """

    def __init__(self, dim, table, device):
        draw = np.random.default_rng(0)
        code = lambda count, scale: scale * draw.normal(size=(count, dim))
        self.table = table
        weights = dict(kind=0.7, color=0.7, size=0.5, material=0.5, pose=0.5)
        names = {name: code(len(values), weights[name]) for name, values in ATTRIBUTES.items()}
        for name in ("size", "material", "pose"):
            names[name][0] = 0  # the usual says nothing
        things = sum(names[name][its] for name, its in zip(ATTRIBUTES, attributes(np.arange(CODES))))
        to = lambda a: torch.from_numpy(a).float().to(device)
        self.cells = to(np.concatenate([code(2, 0.7), things]))
        self.background, self.style = to(code(len(BACKGROUNDS), 0.6)), to(code(len(STYLES), 0.6))

    def __call__(self, scene):
        """Features of target scenes, int rows [n, SCENE]."""
        labels = self.table.labels(scene)
        half = int(round(labels.shape[1] ** 0.5)) // 2
        cells = self.cells[labels].view(len(scene), half, 2, half, 2, -1).mean((2, 4))
        cells += (self.background[scene[:, 0]] + self.style[scene[:, 1]])[:, None, None]
        return cells.permute(0, 3, 1, 2)
