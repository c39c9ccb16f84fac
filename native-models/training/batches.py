"""Where the batches of a training come from: rendered scenes of a level, pieced together from its table, or folders of pictures."""

import os
import subprocess
import sys
import time

import torch

import data
import scene_ids
import words
from readers import Readers
from teacher import PatchTeacher


class Tables:
    """Tables of scene ids by level; those of later stages are made by a process beside the training."""

    def __init__(self, args, vq, config_path):
        self.args, self.vq, self.config, self.ready, self.makers = args, vq, config_path, {}, {}

    def path(self, level):
        return os.path.join(self.args.out, f"scene-ids-{level}.npz")

    def begin(self, level):
        if level not in self.makers and not os.path.exists(self.path(level)):
            a = self.args
            self.makers[level] = subprocess.Popen(
                [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scene_ids.py"), "--stream", a.stream, "--layout", level, "--vq", a.vq,
                 "--config", self.config, "--out", self.path(level), "--parts", str(a.parts), "--device", a.device])

    def available(self, level):
        """Whether `get` gives it without waiting for another process; where that one has failed, `get` makes the table itself."""
        maker = self.makers.get(level)
        if maker is not None and maker.poll():
            del self.makers[level]
            return True
        return level in self.ready or os.path.exists(self.path(level))

    def get(self, level):
        if level not in self.ready:
            if not os.path.exists(self.path(level)):
                while level in self.makers and not self.available(level):
                    time.sleep(0.2)
                if not os.path.exists(self.path(level)):
                    scene_ids.save(self.path(level), scene_ids.make(self.args.stream, level, self.vq, self.args.device, self.args.parts))
            self.ready = {level: scene_ids.SceneIds(scene_ids.load(self.path(level)), self.args.device)}
        return self.ready[level]

    def close(self):
        for maker in self.makers.values():
            maker.kill()


class Source:
    """Endless batches of rendered scenes of one stage."""

    def __init__(self, run, stage, number, split="train", count=None, groups=None):
        cfg, whole = run.cfg, run.whole
        more = {} if groups is None else dict(groups=groups, block=1)
        first = 1_000_000 * (cfg["seed"] - 1) + run.first if split == "train" else 0
        self.readers = Readers(run.args.stream, run.content, whole["transformer"]["textTokens"], count or run.args.readers, stage.get("mix", cfg["mix"]),
                               cfg["pairs"], stage["layout"], run.args.out, split=split, stage=number, objects=cfg["mostObjects"],
                               seeds=first, **more)
        self.run = run

    def batch(self, groups):
        run, rows = self.run, torch.from_numpy(self.readers.batch(groups))
        if run.device.startswith("cuda"):
            rows = rows.pin_memory().to(run.device, non_blocking=True)
        return data.Batch.of_rows(rows.long(), run.cfg["pairs"], run.table, run.teacher)

    def close(self):
        self.readers.close()


class Folder:
    """Endless batches from folders of pictures; see data.folder_samples."""

    def __init__(self, run):
        tokens = data.Tokens(run.vq)
        text = words.TextTokenizer(run.content, run.whole["transformer"]["textTokens"])
        self.samples = data.folder_samples(run.args.data, run.whole["imageSize"], tokens, text, run.cfg["seed"] + run.seen)
        self.device = run.device
        self.teacher = run.cfg.get("teacher") == "patches" and PatchTeacher(run.whole["transformer"]["distillDim"], 2 * tokens.side)

    def batch(self, groups):
        samples = [next(self.samples) for _ in range(groups)]
        if self.teacher:
            for sample in samples:
                sample["features"] = self.teacher(sample["frames"][1:])
        return data.Batch.of_samples(samples, self.device)

    def close(self):
        pass
