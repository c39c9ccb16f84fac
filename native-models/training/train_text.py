"""Pretrains the small text encoder on sentences alone; it then stays frozen, as Flan-T5 does in the paper.

    python train_text.py configs/mini.json --out runs/mini --stream ../../out/scene-stream.mjs

The transformer's cells see text only as the mean over its rows, since the keys of text rows are zero. So linear heads
read what a sentence says (parse.py) from the mean of the normalised, projected rows. The heads are thrown away.
"""

import argparse
import json
import os
import time

import torch
import torch.nn.functional as F
from torch import nn

import scenes
import words
from parse import LABELS, parse
from t5 import T5Encoder
from transformer import TextProjection


class Reader(nn.Module):
    """Text encoder, caption projection and one linear head per label."""

    def __init__(self, whole, vocabulary):
        super().__init__()
        self.text = T5Encoder({**whole["t5"], "vocab_size": vocabulary})
        self.projection = TextProjection(whole["transformer"])
        self.heads = nn.ModuleList([nn.Linear(whole["transformer"]["dim"], n) for n in LABELS.values()])

    def forward(self, ids, mask):
        rows = self.projection(self.text(ids, mask)).float()
        pooled = F.rms_norm(rows, rows.shape[-1:]).mean(1)
        return [head(pooled) for head in self.heads]


def batches(stream, split, text, size):
    """Endless (ids, mask, labels) of `size` sentences, by groups of eight."""
    rows = []
    for group in scenes.descriptions(stream, split, 0, 10**8, 8):
        rows += [(*text(p["prompt"]), parse(p, group["source"])) for p in group["pairs"]]
        if len(rows) >= size:
            yield tuple(torch.tensor(column) for column in zip(*rows[:size]))
            rows = rows[size:]


@torch.no_grad()
def accuracy(reader, batch):
    ids, mask, labels = batch
    right = torch.stack([head.argmax(-1) for head in reader(ids, mask)], 1) == labels
    share = dict(zip(LABELS, [round(x, 4) for x in right.float().mean(0).tolist()]))
    return {"all": round(right.all(1).float().mean().item(), 4), **share}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--out", required=True)
    parser.add_argument("--stream", required=True)
    args = parser.parse_args()
    whole = json.load(open(args.config))
    cfg = whole["textTraining"]
    os.makedirs(args.out, exist_ok=True)
    torch.manual_seed(cfg["seed"])
    content = words.scene_tokenizer(args.stream)
    text = words.TextTokenizer(content, whole["transformer"]["textTokens"])
    reader = Reader(whole, len(json.loads(content)["model"]["vocab"]))
    optimizer = torch.optim.AdamW(reader.parameters(), cfg["rate"], betas=(0.9, 0.98), weight_decay=0.01)
    check = next(batches(args.stream, "val", text, 1024))
    start = time.time()
    for step, (ids, mask, labels) in enumerate(batches(args.stream, "train", text, cfg["batch"])):
        progress = step / cfg["steps"]
        optimizer.param_groups[0]["lr"] = cfg["rate"] * min(1, (step + 1) / 100, max(0.02, 2 * (1 - progress)))
        with torch.autocast("cpu", torch.bfloat16):
            loss = sum(F.cross_entropy(h.float(), labels[:, i]) for i, h in enumerate(reader(ids, mask)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 99:
            print(json.dumps(dict(step=step + 1, spent=round(time.time() - start), loss=round(loss.item(), 4), **accuracy(reader, check))), flush=True)
            saved = dict(text=reader.text.state_dict(), projection=reader.projection.state_dict(), tokenizer=content)
            torch.save(saved, os.path.join(args.out, "text.pt"))
        if step + 1 == cfg["steps"]:
            break


if __name__ == "__main__":
    main()
