"""Trains the transformer (and the small text encoder with it).

    python train_transformer.py configs/mini.json --vq DIR/vq.pt --out DIR --stream out/scene-stream.mjs --minutes 80
    python train_transformer.py configs/editar-512.json --vq vq_ds16_t2i.pt --data FOLDER --text flan-t5-xl --out DIR
"""

import argparse
import json
import os
import signal
import sys
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

import data
import scenes
import team
import words
from copy_init import copy_init
from judge import Judge
from optim import Muon, schedule, set_rate
from t5 import T5Encoder
from teacher import PatchTeacher
from transformer import Transformer, deinterleave
from vq import VQ


class Model(torch.nn.Module):
    """Transformer and text encoder; the text encoder is trained with it unless it was loaded."""

    def __init__(self, cfg, text_encoder, frozen):
        super().__init__()
        self.gpt, self.text, self.frozen = Transformer(cfg), text_encoder, frozen
        self.text.requires_grad_(not frozen)

    def features(self, ids, mask):
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            return self.text(ids, mask)


def load_vq(path, cfg):
    vq = VQ(cfg)
    saved = torch.load(path, map_location="cpu", weights_only=False)
    vq.load_state_dict({k: v for k, v in saved["model"].items() if "codebook_used" not in k})
    return vq.eval()


def build(whole, args):
    """(model, vq, text tokenizer) from a config; a folder in args.text replaces the small text encoder."""
    vq = load_vq(args.vq, whole["vq"])
    torch.manual_seed(whole["transformerTraining"]["seed"])  # the tables for dropped text and image are random, too
    if args.text:
        content = open(os.path.join(args.text, "tokenizer.json")).read()
        encoder = T5Encoder.load(args.text)
    else:
        vocabulary = scenes.start(args.stream, "words").communicate()[0].decode().split()
        content = json.dumps(words.tokenizer_json(vocabulary), ensure_ascii=False)
        encoder = T5Encoder({**whole["t5"], "vocab_size": 3 + len(vocabulary) + len(words.PUNCTUATION)})
    model = Model(whole["transformer"], encoder, frozen=bool(args.text))
    if whole["transformerTraining"].get("copyInit"):
        copy_init(model.gpt, vq.codebook.detach(), torch.Generator().manual_seed(0))
    if args.init:
        released = torch.load(args.init, map_location="cpu", weights_only=False)["model"]
        model.gpt.load_state_dict(deinterleave(released, whole["transformer"]["heads"]), strict=False)
    return model, vq, content


def optimizers(model, cfg, owned):
    """Muon (or AdamW) for matrices; a fifth of the rate for what carries the copying; AdamW for the rest.

    Only parameters in `owned` are updated here.
    """
    trained = [(n, p) for n, p in model.named_parameters() if p in owned]
    if not cfg.get("muonRate"):
        heavy, light = [p for _, p in trained if p.ndim > 1], [p for _, p in trained if p.ndim < 2]
        groups = [{"params": heavy, "weight_decay": cfg["weightDecay"]}, {"params": light, "weight_decay": 0.0}]
        return [torch.optim.AdamW(groups, cfg["rate"], betas=(0.9, 0.95))]
    protected = lambda n: n in ("gpt.tok_embeddings.weight", "gpt.output.weight") or n.startswith("gpt.layers.0.attention.w")
    matrix = lambda n, p: p.ndim == 2 and not protected(n) and "shared" not in n and "bias" not in n
    packed = [p for n, p in trained if matrix(n, p) and "wqkv" in n]
    plain = [p for n, p in trained if matrix(n, p) and "wqkv" not in n]
    rest = [p for n, p in trained if not matrix(n, p) and not protected(n)]
    return [
        Muon([{"params": packed, "split": 3}, {"params": plain}], cfg["muonRate"]),
        torch.optim.AdamW(
            [{"params": [p for n, p in trained if protected(n)], "lr": cfg["rate"] / 5}, {"params": rest}],
            cfg["rate"], betas=(0.9, 0.95), weight_decay=0.0,
        ),
    ]


def drops(groups, share, cfg, generator, device):
    """Condition dropouts 5/5/5 as in the paper: (image dropped per group, text dropped per sample)."""
    image = torch.rand(groups, generator=generator)
    both, only_image, only_text = cfg["drop"]
    no_image = image < both + only_image
    no_text = (image < both).repeat_interleave(share) | (torch.rand(groups * share, generator=generator) < only_text)
    return no_image.to(device), no_text.to(device)


def loss_of(model, batch, cells, cfg, generator):
    """(loss, parts) for the chosen cells [b,m] of a batch."""
    gpt = model.gpt
    b, share = len(batch.target), len(batch.target) // len(batch.condition)
    no_image, no_text = drops(len(batch.condition), share, cfg, generator, batch.target.device)
    condition = data.corrupt(batch.condition, cfg["corruptCondition"], gpt.cfg["vocab"], generator)
    fed = data.mislead(batch.target, share, cfg, gpt.cfg["vocab"], generator)
    hidden = gpt(condition, model.features(batch.words, batch.mask), fed.gather(1, cells - 1), cells - 1, no_image, no_text)
    predicted = F.pad(cells, (1, 0))
    logits = gpt.output(hidden).float()
    loss = F.cross_entropy(logits.flatten(0, 1), batch.target.gather(1, predicted).flatten(), reduction="none").view(b, -1)
    changed = batch.changed.gather(1, predicted)
    still = torch.where(data.is_rare(batch.target).gather(1, predicted), cfg["objectWeight"], 1.0)
    weight = torch.where(batch.is_map[:, None], cfg["mapWeight"], torch.where(changed, cfg["changedWeight"], still))
    weight = weight * torch.where(no_image.repeat_interleave(share)[:, None], cfg.get("blindWeight", 1.0), 1.0)
    total = (loss * weight).sum() / weight.sum()
    clean = ~(no_text | no_image.repeat_interleave(share))[:, None] & changed
    parts = dict(ce=total.item(), changed=(loss * clean).sum().item() / max(1, clean.sum().item()))
    if cfg.get("distill") and batch.features is not None and cells.shape[1] == gpt.cells - 1:
        total = total + cfg["distill"] * distillation(gpt, hidden, batch.features)
    return total, parts


def distillation(gpt, hidden, teacher):
    """Mean squared error between aligned hidden states and teacher features [b,d,grid/2,grid/2]."""
    grid = hidden.transpose(1, 2).reshape(len(hidden), -1, gpt.cfg["grid"], gpt.cfg["grid"])
    return F.mse_loss(gpt.alignment(grid).float(), teacher.float())


@torch.no_grad()
def forced(model, batches, cfg):
    """Teacher-forced accuracy and cross-entropy: per edit or map type, and for cells that must not change."""
    sums = {}
    for batch in batches:
        device = batch.target.device
        cells = torch.arange(1, model.gpt.cells, device=device).expand(len(batch.target), -1)
        none = (torch.zeros(len(n), dtype=torch.bool, device=device) for n in (batch.condition, batch.target))
        hidden = model.gpt(batch.condition, model.features(batch.words, batch.mask), batch.target[:, :-1], cells - 1, *none)
        logits = model.gpt.output(hidden).float()
        ce = F.cross_entropy(logits.flatten(0, 1), batch.target.flatten(), reduction="none").view(batch.target.shape)
        right = logits.argmax(-1) == batch.target
        types = [p["type"] for s in batch.samples for p in s["group"]["pairs"]]
        for i, kind in enumerate(types):
            for name, cell in ((kind, batch.changed[i]), ("unchanged", ~batch.changed[i])):
                s = sums.setdefault(name, [0, 0.0, 0])
                s[0] += right[i][cell].sum().item()
                s[1] += ce[i][cell].sum().item()
                s[2] += cell.sum().item()
    return {k: (round(a / n, 4), round(c / n, 4)) for k, (a, c, n) in sorted(sums.items()) if n}


@torch.no_grad()
def sampled(model, vq, judge, samples, guidance=1.0, pick=None, chunk=32, keep=None):
    """Generates every pair of the samples and judges the pictures: per type [strict, kind, n], mean unchanged accuracy.

    Pictures are appended to the list `keep`.
    """
    flat = [(s, i) for s in samples for i in range(len(s["words"]))]
    device = model.gpt.output.weight.device
    table, same, cells = {}, 0, 0
    for start in range(0, len(flat), chunk):
        part = flat[start : start + chunk]
        column = lambda key: torch.tensor(np.stack([np.asarray(s[key])[i] for s, i in part])).to(device)
        condition = torch.tensor(np.stack([s["condition"] for s, _ in part])).long().to(device)
        text = model.features(column("words").long(), column("mask").long())
        ids = model.gpt.generate(condition, text, pick or (lambda l: l.argmax(-1)), guidance)
        still = ~column("changed").bool()
        same += (ids == column("target"))[still].sum().item()
        cells += still.sum().item()
        pictures = ((vq.decode(ids.view(len(ids), model.gpt.cfg['grid'], -1)).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        if keep is not None:
            keep.extend(pictures)
        for (s, i), picture in zip(part, pictures):
            pair = s["group"]["pairs"][i]
            verdict = judge.judge(picture, pair["target"], s["group"]["source"])
            row = table.setdefault(pair["type"], [0, 0, 0])
            row[0] += verdict["strict"]
            row[1] += bool(verdict["kind"])
            row[2] += 1
    return table, same / max(1, cells)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--vq", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--stream", help="scene-stream.mjs, for rendered scenes")
    parser.add_argument("--data", help="folder of pictures, instead of rendered scenes")
    parser.add_argument("--text", help="folder of a pretrained T5 encoder, kept frozen")
    parser.add_argument("--init", help="released transformer checkpoint to start from, such as t2i_XL_stage2_512.pt")
    parser.add_argument("--minutes", type=float, help="length of the run by the clock, instead of the config's")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=1, help="CPU processes with one thread each; 1 = one process, all threads")
    return parser.parse_args()


class Run:
    """One worker of a training run; worker 0 also logs, checks and saves."""

    def __init__(self, rank, shared, args):
        self.rank, self.shared, self.args = rank, shared, args
        self.whole = json.load(open(args.config))
        self.cfg = self.whole["transformerTraining"]
        self.minutes = args.minutes or self.cfg.get("minutes")
        if shared.size > 1:
            torch.set_num_threads(1)
        self.model, self.vq, self.content = build(self.whole, args)
        self.model.train().to(args.device)
        self.vq.to(args.device)
        self.teacher = self.cfg.get("teacher") == "patches" and PatchTeacher(self.whole["transformer"]["distillDim"], 2 * data.Tokens(self.vq).side)
        self.member = team.Member(shared, rank, self.model)
        self.opts = optimizers(self.model, self.cfg, self.member.owned)
        self.generator = torch.Generator().manual_seed(self.cfg["seed"] + 1000 * rank + int(shared.state[1]))
        self.resume()
        self.open_data()

    def resume(self):
        self.file = os.path.join(self.args.out, f"optimizer-{self.rank}.pt")
        if self.shared.state[1] > 0 and os.path.exists(self.file):
            for opt, state in zip(self.opts, torch.load(self.file, weights_only=False)):
                opt.load_state_dict(state)

    def open_data(self):
        args, cfg = self.args, self.cfg
        text = words.TextTokenizer(self.content, self.whole["transformer"]["textTokens"])
        tokens = data.Tokens(self.vq)
        self.check, self.judge = [], None
        if args.data:
            source = data.folder_samples(args.data, self.whole["imageSize"], tokens, text, cfg["seed"] + 1000 * self.rank + int(self.shared.state[1]))
        else:
            first = 10_000_000 * self.rank + int(self.shared.state[2])
            source = data.scene_samples(args.stream, "train", first, 10**8, cfg["pairs"], tokens, text, objects=cfg["mostObjects"])
            if self.rank == 0:
                self.check = list(data.scene_samples(args.stream, "val", 0, cfg["checkGroups"], cfg["pairs"], tokens, text, objects=cfg["mostObjects"]))
                self.judge = Judge(args.stream)
        self.source = scenes.ahead(source, 16)
        self.batches = [data.Batch(self.check[i : i + 4]).to(args.device) for i in range(0, len(self.check), 4)]

    def train(self):
        cfg, state = self.cfg, self.shared.state
        self.recent, self.last = [], time.time()
        self.due = {k: state[0].item() + cfg[k] for k in ("noteEvery", "saveEvery", "checkEvery", "sampleEvery")}
        self.log = open(os.path.join(self.args.out, "log.jsonl"), "a") if self.rank == 0 else None
        if self.rank == 0 and state[1] == 0 and self.batches:
            self.note(start=forced(self.model, self.batches[:3], cfg))
        while not state[3]:
            progress = self.progress()
            set_rate(self.opts, schedule(progress, cfg["warmup"], cfg["decay"]))
            count = next(n for until, n in cfg["cells"] if progress < until)
            for _ in self.member.micro_batches(cfg["groups"] // cfg["microGroups"]):
                self.micro_batch(count)
            self.member.step(self.opts, cfg["clip"], self.advance)
            if state[4]:
                torch.save([o.state_dict() for o in self.opts], self.file)
            if self.rank == 0:
                self.report()

    def progress(self):
        """Share of the run that is done: by steps where the config counts steps, else by the clock."""
        steps = self.cfg.get("steps")
        return self.shared.state[1].item() / steps if steps else self.shared.state[0].item() / (self.minutes * 60)

    def micro_batch(self, count):
        groups = [next(self.source) for _ in range(self.cfg["microGroups"])]
        if self.teacher:
            for group in groups:
                group["features"] = self.teacher(group["frames"][1:])
        batch = data.Batch(groups).to(self.args.device)
        cells = data.choose_cells(batch.changed, batch.target, count, self.generator)
        with torch.autocast(batch.target.device.type, torch.bfloat16):
            loss, parts = loss_of(self.model, batch, cells, self.cfg, self.generator)
        (loss * self.cfg["microGroups"] / self.cfg["groups"]).backward()
        self.recent.append(parts)

    def advance(self):
        """Worker 0, between steps: the clock, and what all workers must know for the next step."""
        state, now = self.shared.state, time.time()
        state[0] += min(now - self.last, 60)
        self.last = now
        state[1] += 1
        state[2] += self.cfg["groups"]
        state[3] = float(self.progress() >= 1)
        state[4] = float(state[3] or state[0] > self.due["saveEvery"])

    def report(self):
        state = self.shared.state
        spent = round(state[0].item())
        late = {k: state[0] > v for k, v in self.due.items()}
        if late["noteEvery"] and self.recent:
            mean = {k: round(float(np.mean([p[k] for p in self.recent])), 4) for k in self.recent[0]}
            self.note(spent=spent, step=int(state[1]), samples=int(state[2]) * self.cfg["pairs"], **mean)
            self.recent = []
        if state[4]:
            self.save()
        if late["checkEvery"] and self.batches:
            with torch.autocast(torch.device(self.args.device).type, torch.bfloat16):
                self.note(spent=spent, forced=forced(self.model, self.batches, self.cfg))
        if late["sampleEvery"] and self.judge:
            table, same = sampled(self.model, self.vq, self.judge, self.check[: self.cfg["sampleGroups"]])
            self.note(spent=spent, sampled=table, unchanged=round(same, 4))
        for k in self.due:
            if late[k]:
                self.due[k] = spent + self.cfg[k]

    def note(self, **entry):
        for out in (self.log, None):
            print(json.dumps(entry), file=out, flush=True)

    def save(self):
        state = self.shared.state
        path = os.path.join(self.args.out, "transformer.pt")
        saved = dict(model=self.model.state_dict(), spent=state[0].item(), steps=int(state[1]), seen=int(state[2]), config=self.whole, tokenizer=self.content)
        torch.save(saved, path + ".tmp")
        os.replace(path + ".tmp", path)


def work(rank, shared, args):
    Run(rank, shared, args).train()


def main():
    args = arguments()
    whole = json.load(open(args.config))
    os.makedirs(args.out, exist_ok=True)
    model, _, content = build(whole, args)
    open(os.path.join(args.out, "tokenizer.json"), "w").write(content)
    checkpoint = os.path.join(args.out, "transformer.pt")
    saved = torch.load(checkpoint, weights_only=False) if os.path.exists(checkpoint) else None
    if saved:
        model.load_state_dict(saved["model"])
    shared = team.Shared(model, args.workers, args.device)
    if saved:
        shared.state[:3] = torch.tensor([saved["spent"], saved["steps"], saved["seen"]])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    others = [mp.get_context("spawn").Process(target=work, args=(r, shared, args), daemon=True) for r in range(1, args.workers)]
    for process in others:
        process.start()
    work(0, shared, args)


if __name__ == "__main__":
    main()
