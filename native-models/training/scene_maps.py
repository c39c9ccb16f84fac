"""Pictures of rendered scenes with their true depth and classes."""

import numpy as np
import torch
import torch.nn.functional as F

import scenes


def batches(program, split, step, shares):
    """Endless (pictures -1 … 1 [n,3,h,w], depth 0 … 1 [n,h,w], classes [n,h,w]) of scenes that a split allows, from a step on.

    `shares` says how many scenes of each level a batch has.
    """
    levels = [(scenes.maps(program, split, step * count, layout), count) for layout, count in shares.items()]
    while True:
        yield to_tensors([next(found) for found, count in levels for _ in range(count)])


def to_tensors(rows):
    pictures, depth, classes = (torch.from_numpy(np.stack(column)) for column in zip(*rows))
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1, depth.float() / 255, classes.long()


def spoil(pictures, share, generator):
    """What happens to pictures on their way: other light, noise, blur, a smaller size, blocks of a tokenizer or of JPEG."""
    n, one = len(pictures), (1, 1, 1)
    die = lambda: torch.rand(n, *one, generator=generator)
    x = pictures * (0.85 + 0.3 * die()) + (die() - 0.5) * 0.2
    small = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear", align_corners=False)
    x = torch.where(die() < 0.2, small, x)
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = x + (blurred - x) * die() * (die() < 0.4)
    blocks = F.interpolate(torch.randn(n, 3, 16, 16, generator=generator), scale_factor=8, mode="nearest")
    x = x + blocks * 0.06 * die() * (die() < 0.3)
    x = x + torch.randn(x.shape, generator=generator) * 0.12 * die() ** 2
    return torch.where(die() < share, x.clamp(-1, 1), pictures)
