"""Pictures of rendered scenes with their true depth and classes, pieced together from a table made once."""

import os

import numpy as np
import torch
import torch.nn.functional as F

import scenes
from map_net import CLASS_COLORS


class SceneMaps:
    """Empty looks and single objects: pictures by background and style, depth levels and classes of all scenes alike."""

    def __init__(self, index, pictures, depth, classes):
        self.index, self.pictures, self.depth, self.classes = index, pictures, depth, classes
        self.objects = {(o["kind"], o["color"]): i for i, o in enumerate(index["objects"])}

    @classmethod
    def make(cls, program, cache):
        """Reads the file `cache`, or renders every look once and writes it."""
        if os.path.exists(cache):
            return cls(**torch.load(cache, weights_only=False))
        index, looks = scenes.looks(program)
        made = cls(index, {}, None, None)
        for look, frames in zip(index["looks"], looks):
            if look["task"] == "edit":
                made.pictures[look["background"], look["style"]] = made.cut(frames)
            elif look["task"] == "depth":
                made.depth = made.cut(frames[..., 0])
            elif look["task"] == "segmentation":
                made.classes = made.cut(to_classes(frames))
        kept = {name: getattr(made, name) for name in ("index", "pictures", "depth", "classes")}
        torch.save(kept, cache + ".tmp")
        os.replace(cache + ".tmp", cache)
        return made

    def cut(self, frames):
        """The empty frame and [slots, objects, tile, tile, …]."""
        tile, origins = self.index["tile"], self.index["origins"]
        alone = frames[1:].reshape(len(origins), len(self.objects), *frames.shape[1:])
        return frames[0].copy(), np.stack([alone[s, :, y : y + tile, x : x + tile] for s, (x, y) in enumerate(origins)])

    def put(self, parts, scene):
        empty, tiles = parts
        frame, tile = empty.copy(), self.index["tile"]
        for slot, (thing, (x, y)) in enumerate(zip(scene["objects"], self.index["origins"])):
            if thing:
                frame[y : y + tile, x : x + tile] = tiles[slot, self.objects[thing["kind"], thing["color"]]]
        return frame

    def of(self, scene):
        """RGB [128,128,3], depth levels [128,128], classes [128,128], all uint8."""
        picture = self.put(self.pictures[scene["background"], scene["style"]], scene)
        return picture, self.put(self.depth, scene), self.put(self.classes, scene)

    def batches(self, program, split, first, size):
        """Endless (pictures -1 … 1 [n,3,h,w], depth 0 … 1 [n,h,w], classes [n,h,w]) of scenes that a split allows."""
        rows = []
        for group in scenes.descriptions(program, split, first, 10**8, 3):
            rows += [self.of(scene) for scene in [group["source"], *(pair["target"] for pair in group["pairs"])]]
            if len(rows) >= size:
                yield to_tensors(rows[:size])
                rows = rows[size:]


def to_classes(frames):
    """[n,h,w,3] in class colours to indices [n,h,w]."""
    out = np.full(frames.shape[:-1], 255, np.uint8)
    for index, color in enumerate(CLASS_COLORS.values()):
        out[(frames == color).all(-1)] = index
    assert (out < len(CLASS_COLORS)).all(), "a colour is none of the classes"
    return out


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
