"""Template judge for rendered scenes: strict success needs the right object (or none) in all three slots and the right world."""

import numpy as np

import scenes

LEAST_PSNR = 20.0  # a slot or backdrop farther than this from the true rendering is not recognised


class Judge:
    def __init__(self, program):
        self.index, self.empty, self.tiles = scenes.tiles(program)
        self.side = self.index["tile"]
        self.outside = np.ones(self.empty.shape[1:3], bool)
        for x, y in self.index["origins"]:
            self.outside[y : y + self.side, x : x + self.side] = False
        self.limit = 255**2 / 10 ** (LEAST_PSNR / 10)

    def world(self, scene):
        return self.index["worlds"].index({"background": scene["background"], "style": scene["style"]})

    def slot(self, picture, world, slot):
        """(candidate, squared error): index of the nearest object, or -1 for an empty slot."""
        x, y = self.index["origins"][slot]
        cut = np.s_[y : y + self.side, x : x + self.side]
        candidates = np.concatenate([self.tiles[world, slot], self.empty[world][None][:, cut[0], cut[1]]]).astype(np.float32)
        error = np.square(candidates - picture[cut].astype(np.float32)).mean((1, 2, 3))
        best = int(error.argmin())
        return (-1 if best == len(error) - 1 else best), float(error[best])

    def judge(self, picture, target, source=None):
        """Dict of booleans for a picture uint8 [128,128,3]: strict, world, slots, and kind for the slots that changed."""
        world = self.world(target)
        errors = np.square(self.empty[:, self.outside].astype(np.float32) - picture[self.outside].astype(np.float32)).mean((1, 2))
        world_ok = int(errors.argmin()) == world and errors[world] < self.limit
        slots, kinds = [], []
        for slot, wanted in enumerate(target["objects"]):
            found, error = self.slot(picture, world, slot)
            expected = self.index["objects"].index(wanted) if wanted else -1
            slots.append(found == expected and error < self.limit)
            if source and wanted and wanted != source["objects"][slot]:
                kinds.append(found >= 0 and self.index["objects"][found]["kind"] == wanted["kind"] and error < self.limit)
        return dict(strict=bool(world_ok and all(slots)), world=bool(world_ok), slots=[bool(s) for s in slots], kind=all(kinds) if kinds else None)
