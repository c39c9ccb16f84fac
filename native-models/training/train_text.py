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

import checkpoint
import words
from parse import LABELS
from readers import Readers
from t5 import T5Encoder
from transformer import TextProjection
from world import SCENE


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


class Sentences:
    """Endless (ids, mask, labels) of `groups` times eight sentences."""

    def __init__(self, args, cfg, whole, content, split, count, **options):
        self.words, self.pairs, self.device = whole["transformer"]["textTokens"], 8, args.device
        self.readers = Readers(args.stream, content, self.words, count, cfg.get("mix", {"edit": 0.7, "canny": 0.1, "depth": 0.1, "segmentation": 0.1}), self.pairs,
                               cfg.get("layout", "slots"), args.out, split=split, labels=len(LABELS), **options)

    def batch(self, groups):
        rows = torch.from_numpy(self.readers.batch(groups)).to(self.device).long()
        each = rows[:, 1 + SCENE :].reshape(groups * self.pairs, -1)[:, 1 + SCENE :]
        return each[:, : self.words], (each[:, : self.words] != 0).long(), each[:, self.words :]


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
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--readers", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="length by the clock, from the start of this program, instead of the config's steps")
    args = parser.parse_args()
    began = time.time()
    whole = json.load(open(args.config))
    cfg = whole["textTraining"]
    os.makedirs(args.out, exist_ok=True)
    torch.manual_seed(cfg["seed"])
    content = words.scene_tokenizer(args.stream)
    reader = Reader(whole, len(json.loads(content)["model"]["vocab"])).to(args.device)
    fused = args.device.startswith("cuda")
    optimizer = torch.optim.AdamW(reader.parameters(), cfg["rate"], betas=(0.9, 0.98), weight_decay=0.01, fused=fused)
    checks = Sentences(args, cfg, whole, content, "val", 1, groups=256)
    check = checks.batch(128)
    checks.readers.close()
    print(json.dumps(dict(words=len(json.loads(content)["model"]["vocab"]), longest=check[1].sum(1).max().item())), flush=True)
    sentences, groups, step, noted, noted_step = Sentences(args, cfg, whole, content, "train", args.readers), cfg["batch"] // 8, 0, time.time(), 0

    def save():
        saved = dict(text=reader.text.state_dict(), projection=reader.projection.state_dict(), tokenizer=content)
        checkpoint.save(os.path.join(args.out, "text.pt"), {k: {n: w.cpu() for n, w in v.items()} if isinstance(v, dict) else v for k, v in saved.items()})

    start = time.time()
    while True:
        progress = (time.time() - start) / max(1.0, args.minutes * 60 - (start - began)) if args.minutes else step / cfg["steps"]
        if progress >= 1:
            break
        optimizer.param_groups[0]["lr"] = cfg["rate"] * min(1, (step + 1) / 100, max(0.02, 2 * (1 - progress)))
        ids, mask, labels = sentences.batch(groups)
        with torch.autocast(args.device.split(":")[0], torch.bfloat16):
            loss = sum(F.cross_entropy(h.float(), labels[:, i]) for i, h in enumerate(reader(ids, mask)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        step += 1
        if time.time() - noted > cfg.get("noteEvery", 15):
            spent, rate = round(time.time() - began), round((step - noted_step) * groups * 8 / (time.time() - noted))
            print(json.dumps(dict(step=step, spent=spent, rate=rate, loss=round(loss.item(), 4), **accuracy(reader, check))), flush=True)
            save()
            noted, noted_step = time.time(), step
    print(json.dumps(dict(step=step, spent=round(time.time() - began), **accuracy(reader, check))), flush=True)
    save()
    sentences.readers.close()


if __name__ == "__main__":
    main()
