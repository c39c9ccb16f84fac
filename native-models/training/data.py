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


def scene_samples(program, split, first, count, pairs, tokens, text, **choice):
    """Dicts of one group: condition [cells], target [pairs,cells], changed [pairs,cells], words, mask, group, frames."""
    for group, frames in scenes.groups(program, split, first, count, pairs, **choice):
        ids = tokens(frames)
        words, mask = zip(*(text(p["prompt"]) for p in group["pairs"]))
        changed = changed_cells(frames[0], frames[1:], tokens.side)
        if group["task"] != "edit":
            changed[:] = True
        yield dict(condition=ids[0], target=ids[1:], changed=changed, words=words, mask=mask, group=group, frames=frames)


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
        sample = dict(condition=ids[0], target=ids[1:], changed=changed, words=[words], mask=[mask], group={"task": task})
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
        self.target, self.changed = join("target").long(), join("changed")
        self.words, self.mask = join("words").long(), join("mask").long()
        self.is_map = torch.tensor([s["group"]["task"] != "edit" for s in samples for _ in s["words"]])
        self.features = join("features") if "features" in samples[0] else None
        self.samples = samples

    def to(self, device):
        for name, value in vars(self).items():
            if torch.is_tensor(value):
                setattr(self, name, value.to(device))
        return self


def choose_cells(changed, ids, count, generator):
    """Cells 1.. to train on, [b,count] ascending: changed ones, then cells with a rare id, as objects have; a quarter at random."""
    b, cells = changed.shape
    if count >= cells - 1:
        return torch.arange(1, cells, device=changed.device).expand(b, -1)
    draw = lambda: torch.rand(b, cells, generator=generator).to(changed.device)
    rank = draw() + changed.float() + 0.5 * is_rare(ids).float()
    rank[:, 0] = -1
    first = rank.topk(count - count // 4, 1).indices
    rest = draw().scatter(1, first, -1.0)
    rest[:, 0] = -1
    return torch.cat([first, rest.topk(count // 4, 1).indices], 1).sort(1).values


def is_rare(ids):
    """Cells whose id occurs at most RARE times in their picture."""
    return (ids[:, :, None] == ids[:, None, :]).sum(-1) <= RARE


RARE = 5  # an id this rare in a picture is hardly plain ground or sky


def corrupt(ids, most, vocab, generator):
    """Replaces a share of ids, drawn per row from 0..most, by random ones."""
    if most == 0:
        return ids
    share = torch.rand(len(ids), 1, generator=generator) * most
    hit = torch.rand(ids.shape, generator=generator) < share
    return torch.where(hit.to(ids.device), torch.randint(0, vocab, ids.shape, generator=generator).to(ids.device), ids)


def mislead(ids, share, cfg, vocab, generator):
    """Output ids [b,cells] as they are fed: what to draw must come from the condition and the text, not from what is
    already drawn, or one wrong start spoils a whole object.

    Most rows get a random share (0..1) of ids from a sibling (another answer to the same condition) or at random; the
    others only a few random ids. `share` rows have the same condition.
    """
    b, cells = ids.shape
    sibling = ids.view(-1, share, cells).roll(int(torch.randint(1, max(2, share), (1,), generator=generator)), 1).reshape(b, cells)
    noise = torch.randint(0, vocab, ids.shape, generator=generator).to(ids.device)
    die = torch.rand(b, 1, generator=generator)
    level = torch.rand(b, 1, generator=generator)
    from_sibling, from_noise = cfg["mislead"]
    level = torch.where(die < from_sibling + from_noise, level, level * cfg["corrupt"])
    hit = (torch.rand(ids.shape, generator=generator) < level).to(ids.device)
    other = torch.where((die < from_sibling).to(ids.device), sibling, noise)
    return torch.where(hit, other, ids)
