"""What the transformer is trained on: weighted cross-entropy and distillation, and how often rows that are fed nothing useful are right."""

import random

import torch
import torch.nn.functional as F

import data
from world import TYPES


def drops(groups, share, cfg, generator, device):
    """Condition dropouts 5/5/5 as in the paper: (image dropped per group, text dropped per sample)."""
    image = torch.rand(groups, generator=generator, device=device)
    both, only_image, only_text = cfg["drop"]
    no_text = (image < both).repeat_interleave(share) | (torch.rand(groups * share, generator=generator, device=device) < only_text)
    return image < both + only_image, no_text


def loss_of(model, batch, cells, cfg, generator):
    """(loss, (cross-entropy, distillation, counts of blind rows)) for the chosen cells [b,n] of a batch, of which the first is cell 0."""
    gpt, device = model.gpt, batch.target.device
    b, share = len(batch.target), len(batch.target) // len(batch.condition)
    no_image, no_text = drops(len(batch.condition), share, cfg, generator, device)
    condition = data.corrupt(batch.condition, cfg["corruptCondition"], gpt.cfg["vocab"], generator)
    fed, blind = data.mislead(batch.target, share, cfg["feed"], gpt.cfg["vocab"], generator, random.randint(1, max(1, share - 1)))
    places = cells[:, 1:] - 1
    hidden = gpt(condition, model.features(batch.words, batch.mask), fed.gather(1, places), places, no_image, no_text)
    logits = gpt.output(hidden)
    target, changed = batch.target.gather(1, cells), batch.changed.gather(1, cells)
    ce = F.cross_entropy(logits.flatten(0, 1).float(), target.flatten(), reduction="none").view(b, -1)
    weight = torch.where(batch.is_map[:, None], cfg["mapWeight"], torch.where(changed, cfg["changedWeight"], 1.0))
    without = no_image.repeat_interleave(share) | no_text
    weight = weight * torch.where(without, cfg["droppedWeight"], 1.0)[:, None]
    total = entropy = (ce * weight).sum() / weight.sum()
    counts = blind_counts(logits.detach().argmax(-1) == target, changed, blind & ~without, batch.types)
    distance = torch.zeros((), device=device)
    if cfg.get("distill") and batch.features is not None:
        distance = distillation(gpt, hidden, cells, batch.features)
        total = total + cfg["distill"] * distance
    return total, (entropy.detach(), distance.detach(), counts)


def blind_counts(right, changed, asked, types):
    """[types + 1, 2]: hits and cells per type over changed cells of rows that were fed nothing useful, and, last, over their other cells."""
    out = torch.zeros(len(TYPES) + 1, 2, device=right.device)
    asked = asked[:, None]
    count = lambda marked: torch.stack([(right & marked).sum(1), marked.sum(1)], 1).float()
    out.index_add_(0, types, count(changed & asked))
    out[-1] = count(~changed & asked).sum(0)
    return out


def shares(counts):
    """The same as {name: share of hits}."""
    return {name: round(hits / n, 4) for name, (hits, n) in zip([*TYPES, "unchanged"], counts.tolist()) if n}


def distillation(gpt, hidden, cells, teacher):
    """Mean squared error between aligned hidden states and teacher features [b,d,grid/2,grid/2], over the blocks of 2 x 2
    cells that were predicted."""
    b, side = len(hidden), gpt.cfg["grid"]
    whole = hidden.new_zeros(b, gpt.cells, hidden.shape[2]).scatter(1, cells[:, :, None].expand_as(hidden), hidden)
    aligned = gpt.alignment(whole.transpose(1, 2).reshape(b, -1, side, side)).float()
    known = torch.zeros(b, gpt.cells, device=cells.device).scatter(1, cells, 1.0).view(b, 1, side, side)[:, :, ::2, ::2]
    return ((aligned - teacher).square().mean(1, keepdim=True) * known).sum() / known.sum()


@torch.no_grad()
def blind_accuracy(model, batches, generator):
    """(accuracy per type over changed cells, and over unchanged ones, with random ids fed in; share of rows per type without any wrong cell)."""
    counts, exact = 0, 0
    for batch in batches:
        device = batch.target.device
        places = torch.arange(model.gpt.cells - 1, device=device).expand(len(batch.target), -1)
        none = (torch.zeros(len(n), dtype=torch.bool, device=device) for n in (batch.condition, batch.target))
        fed = torch.randint(0, model.gpt.cfg["vocab"], places.shape, generator=generator, device=device)
        right = model.gpt.output(model.gpt(batch.condition, model.features(batch.words, batch.mask), fed, places, *none)).argmax(-1) == batch.target
        everyone = torch.ones(len(right), dtype=torch.bool, device=device)
        counts = counts + blind_counts(right, batch.changed, everyone, batch.types)
        rows = torch.zeros(len(TYPES) + 1, 2, device=device)
        exact = exact + rows.index_add_(0, batch.types, torch.stack([right.all(1).float(), everyone.float()], 1))
    return shares(counts), shares(exact)
