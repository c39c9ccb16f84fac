"""Frozen teachers for the distillation loss when no DINOv2 features are at hand."""

import numpy as np


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
