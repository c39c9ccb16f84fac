"""Training samples as token ids, from rendered scenes or from folders of pictures."""

import json
import os

import numpy as np
import torch
from PIL import Image

import scenes


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


def scene_samples(program, split, first, count, pairs, table, text, teacher=None, **choice):
    """Dicts of one group: condition [cells], target, changed and busy [pairs,cells], words, mask, group, features."""
    for group in scenes.descriptions(program, split, first, count, pairs, **choice):
        condition, target = table.group(group)
        words, mask = zip(*(text(p["prompt"]) for p in group["pairs"]))
        changed = (target != condition[None]) | (group["task"] != "edit")
        sample = dict(condition=condition, target=target, changed=changed, busy=table.busy(group), words=words, mask=mask, group=group)
        if teacher:
            sample["features"] = teacher([p["target"] for p in group["pairs"]])
        yield sample


def mixed(sources, shares, generator):
    """Endless samples of several sources by name, in the proportions of `shares`."""
    names, weights = list(shares), torch.tensor(list(shares.values()))
    while True:
        yield next(sources[names[torch.multinomial(weights, 1, generator=generator).item()]])


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
        sample = dict(condition=ids[0], target=ids[1:], changed=changed, busy=np.zeros_like(changed), words=[words], mask=[mask], group={"task": task})
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
    """Tensors of several groups; every group has the same number of pairs."""

    def __init__(self, samples):
        stack = lambda key: torch.from_numpy(np.stack([s[key] for s in samples]))
        join = lambda key: torch.from_numpy(np.concatenate([np.asarray(s[key]) for s in samples]))
        self.condition = stack("condition").long()
        self.target, self.changed, self.busy = join("target").long(), join("changed"), join("busy")
        self.words, self.mask = join("words").long(), join("mask").long()
        self.is_map = torch.tensor([s["group"]["task"] != "edit" for s in samples for _ in s["words"]])
        self.features = join("features") if "features" in samples[0] else None
        self.types = [p["type"] for s in samples for p in s["group"].get("pairs", [{"type": s["group"]["task"]}])]
        self.samples = samples

    def to(self, device):
        for name, value in vars(self).items():
            if torch.is_tensor(value):
                setattr(self, name, value.to(device))
        return self


def choose_cells(changed, busy, count, generator):
    """Cells to predict, [b,count] ascending, in whole blocks of 2 x 2: the first block, half of them where something changes, a quarter
    where cells are `busy` [b,cells] (the tiles of rendered scenes), a quarter anywhere.
    """
    b, cells = changed.shape
    if count >= cells:
        return torch.arange(cells, device=changed.device).expand(b, -1)
    grid = int(round(cells**0.5))
    blocks = torch.arange(cells).reshape(grid // 2, 2, grid // 2, 2).permute(0, 2, 1, 3).reshape(-1, 4).to(changed.device)
    draw = lambda: torch.rand(b, len(blocks), generator=generator).to(changed.device)
    weight = lambda marked: marked[..., blocks].any(-1).float()
    n = count // 4
    taken = torch.zeros(b, len(blocks), device=changed.device)
    taken[:, 0] = 1
    for score, part in ((weight(changed), n // 2), (weight(busy), n // 4), (0.0, n - n // 2 - n // 4 - 1)):
        best = (draw() + score - 4 * taken).topk(part, 1).indices
        taken = taken.scatter(1, best, 1.0)
    return blocks[taken.bool().nonzero()[:, 1].view(b, n)].flatten(1).sort(1).values


def corrupt(ids, most, vocab, generator):
    """Replaces a share of ids, drawn per row from 0..most, by random ones."""
    if most == 0:
        return ids
    share = torch.rand(len(ids), 1, generator=generator) * most
    hit = torch.rand(ids.shape, generator=generator) < share
    return torch.where(hit.to(ids.device), torch.randint(0, vocab, ids.shape, generator=generator).to(ids.device), ids)


def mislead(ids, share, feed, vocab, generator):
    """(output ids [b,cells] as they are fed, blind [b]): what to draw must come from the condition and the text, not
    from what is already drawn, or one wrong start spoils a whole object.

    `feed` gives the shares of rows that are blind (fed nothing but random ids, or the ids of a sibling: another answer
    to the same condition) and of rows with some such ids; the rest is fed the truth, but for a few random ids.
    `share` rows have the same condition.
    """
    b, cells = ids.shape
    sibling = ids.view(-1, share, cells).roll(int(torch.randint(1, max(2, share), (1,), generator=generator)), 1).reshape(b, cells)
    noise = torch.randint(0, vocab, ids.shape, generator=generator).to(ids.device)
    die, level = torch.rand(b, 1, generator=generator), torch.rand(b, 1, generator=generator)
    blind = die < feed["blind"]
    level = torch.where(blind, 1.0, torch.where(die < feed["blind"] + feed["partial"], level, feed["noise"]))
    hit = (torch.rand(ids.shape, generator=generator) < level).to(ids.device)
    from_sibling = (torch.rand(b, 1, generator=generator) < feed["sibling"]) & (die < feed["blind"] + feed["partial"])
    return torch.where(hit, torch.where(from_sibling.to(ids.device), sibling, noise), ids), blind[:, 0].to(ids.device)
