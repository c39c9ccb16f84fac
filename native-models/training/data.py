"""Training samples as token ids, from rendered scenes or from folders of pictures."""

import json
import os

import numpy as np
import torch
from PIL import Image

from world import SCENE, TASKS, TYPES


class Tokens:
    """Pictures uint8 [n,h,w,3] to ids [n,cells]; a local tokenizer sees each distinct patch only once."""

    def __init__(self, vq):
        self.vq, self.seen = vq.eval(), {}
        self.side = 2 ** (len(vq.cfg["chMult"]) - 1)

    @torch.no_grad()
    def __call__(self, frames):
        if not self.vq.cfg["local"]:
            return self.encode(frames).reshape(len(frames), -1)
        n, h, w, _ = frames.shape
        s = self.side
        patches = frames.reshape(n, h // s, s, w // s, s, 3).transpose(0, 1, 3, 2, 4, 5).reshape(-1, s, s, 3)
        keys = [p.tobytes() for p in patches]
        new = list({k: i for i, k in enumerate(keys) if k not in self.seen}.items())
        if new:
            ids = self.encode(patches[[i for _, i in new]]).flatten().tolist()
            self.seen.update((k, id) for (k, _), id in zip(new, ids))
        return np.array([self.seen[k] for k in keys]).reshape(n, -1)

    def encode(self, frames):
        x = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1
        return self.vq.encode(x.to(self.vq.codebook.device)).cpu().numpy()


def changed_cells(condition, targets, side):
    """[n,cells] booleans: the pixels of a cell differ."""
    h, w, _ = condition.shape
    differs = (targets != condition[None]).any(-1)
    return differs.reshape(-1, h // side, side, w // side, side).any((2, 4)).reshape(len(targets), -1)


def folder_samples(root, size, tokens, text, seed):
    """Endless samples from `root/<task>/pairs.jsonl`, tasks in the proportions of `root/mix.json`; see README.md.

    A line: {"condition": path, "target": path, "prompt": text, "features": path of an .npy, optional}.
    """
    mix = json.load(open(os.path.join(root, "mix.json")))
    lines = {task: [json.loads(l) for l in open(os.path.join(root, task, "pairs.jsonl"))] for task in mix}
    rng = np.random.default_rng(seed)
    share = np.array(list(mix.values()), float)
    while True:
        task = rng.choice(list(mix), p=share / share.sum())
        item = lines[task][rng.integers(len(lines[task]))]
        frames = np.stack([picture(os.path.join(root, task, item[k]), size) for k in ("condition", "target")])
        ids = tokens(frames)
        words, mask = text(item["prompt"])
        changed = changed_cells(frames[0], frames[1:], tokens.side)
        sample = dict(condition=ids[0], target=ids[1:], changed=changed, busy=np.zeros_like(changed), words=[words], mask=[mask], group={"task": task}, frames=frames)
        if "features" in item:
            sample["features"] = np.load(os.path.join(root, task, item["features"]))[None]
        yield sample


def picture(path, size):
    """Short side to `size` (Lanczos), centre crop."""
    image = Image.open(path).convert("RGB")
    scale = size / min(image.size)
    image = image.resize([round(scale * n) for n in image.size], Image.Resampling.LANCZOS)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return np.asarray(image.crop((left, top, left + size, top + size)))


class Batch:
    """Tensors of several groups on a device; every group has the same number of pairs.

    condition [g,cells]; target, changed, busy [b,cells]; words, mask [b,text]; task [g]; types [b], numbers of TYPES; is_map [b];
    features [b,d,grid/2,grid/2] or None.
    """

    def __init__(self, **tensors):
        vars(self).update(tensors)
        self.is_map = (self.task != 0).repeat_interleave(len(self.types) // len(self.task))

    @classmethod
    def of_rows(cls, rows, pairs, table, teacher=None):
        """From the rows of readers.py (int [g, row] on the device), without waiting for it."""
        task, source = rows[:, 0], rows[:, 1 : 1 + SCENE]
        each = rows[:, 1 + SCENE :].reshape(len(rows) * pairs, -1)
        types, scene, words = each[:, 0], each[:, 1 : 1 + SCENE], each[:, 1 + SCENE :]
        many = lambda x: x.repeat_interleave(pairs, 0)
        condition, target = table.of(source, task), table.of(scene, torch.zeros_like(types))
        changed = (target != many(condition)) | (many(task) != 0)[:, None]
        features = teacher(scene) if teacher else None
        return cls(condition=condition, target=target, changed=changed, busy=table.marked(many(source), scene), words=words,
                   mask=(words != 0).long(), task=task, types=types, features=features)

    @classmethod
    def of_samples(cls, samples, device):
        """From folder_samples, one pair each."""
        stack = lambda key: torch.from_numpy(np.stack([s[key] for s in samples])).to(device)
        join = lambda key: torch.from_numpy(np.concatenate([np.asarray(s[key]) for s in samples])).to(device)
        number = lambda names, name: names.index(name) if name in names else 0
        task = torch.tensor([number(TASKS, s["group"]["task"]) for s in samples], device=device)
        types = torch.tensor([number(TYPES, s["group"]["task"]) for s in samples for _ in s["words"]], device=device)
        return cls(condition=stack("condition").long(), target=join("target").long(), changed=join("changed"), busy=join("busy"), words=join("words").long(),
                   mask=join("mask").long(), task=task, types=types, features=join("features").float() if "features" in samples[0] else None)

    def part(self, groups):
        """The groups of a slice."""
        share = len(self.types) // len(self.task)
        pairs = slice(groups.start * share, groups.stop * share)
        cut = {k: v if v is None else v[groups if k in ("condition", "task") else pairs] for k, v in vars(self).items() if k != "is_map"}
        return Batch(**cut)


def choose_cells(changed, busy, count, generator):
    """Cells to predict, [b,count] ascending, in whole blocks of 2 x 2: the first block, half of them where something changes, a quarter
    where cells are `busy` [b,cells] (the tiles of rendered scenes), a quarter anywhere.
    """
    b, cells = changed.shape
    device = changed.device
    if count >= cells:
        return torch.arange(cells, device=device).expand(b, -1)
    grid = int(round(cells**0.5))
    side = grid // 2
    marked = lambda m: m.view(b, side, 2, side, 2).any(4).any(2).flatten(1).float()
    n = count // 4
    taken = torch.zeros(b, side * side, device=device)
    taken[:, 0] = 1
    for score, part in ((marked(changed), n // 2), (marked(busy), n // 4), (0.0, n - n // 2 - n // 4 - 1)):
        best = (torch.rand(b, side * side, generator=generator, device=device) + score - 4 * taken).topk(part, 1).indices
        taken.scatter_(1, best, 1.0)
    block = taken.topk(n, 1).indices
    first = block // side * 2 * grid + block % side * 2
    inside = torch.arange(2, device=device)
    inside = (inside[:, None] * grid + inside).flatten()
    return (first[:, :, None] + inside).flatten(1).sort(1).values


def corrupt(ids, most, vocab, generator):
    """Replaces a share of ids, drawn per row from 0..most, by random ones. The generator lives on the device of the ids."""
    if most == 0:
        return ids
    draw = lambda *shape: torch.rand(*shape, generator=generator, device=ids.device)
    hit = draw(*ids.shape) < draw(len(ids), 1) * most
    return torch.where(hit, torch.randint(0, vocab, ids.shape, generator=generator, device=ids.device), ids)


def mislead(ids, share, feed, vocab, generator, turn):
    """(output ids [b,cells] as they are fed, blind [b]): what to draw must come from the condition and the text, not
    from what is already drawn, or one wrong start spoils a whole object.

    `feed` gives the shares of rows that are blind (fed nothing but random ids, or the ids of a sibling: another answer
    to the same condition, the one `turn` rows on) and of rows with some such ids; the rest is fed the truth, but for a few random ids.
    `share` rows have the same condition.
    """
    b, cells = ids.shape
    draw = lambda *shape: torch.rand(*shape, generator=generator, device=ids.device)
    sibling = ids.view(-1, share, cells).roll(turn, 1).reshape(b, cells)
    noise = torch.randint(0, vocab, ids.shape, generator=generator, device=ids.device)
    die, level = draw(b, 1), draw(b, 1)
    blind, partly = die < feed["blind"], die < feed["blind"] + feed["partial"]
    level = torch.where(blind, 1.0, torch.where(partly, level, feed["noise"]))
    hit = draw(b, cells) < level
    from_sibling = (draw(b, 1) < feed["sibling"]) & partly
    return torch.where(hit, torch.where(from_sibling, sibling, noise), ids), blind[:, 0]
