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
from optim import Muon, schedule, set_rate
from t5 import T5Encoder
from scene_ids import SceneIds
from teacher import LabelTeacher, PatchTeacher
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
    """The image tokenizer of a training run, or one in the released layout, which is never local."""
    saved = torch.load(path, map_location="cpu", weights_only=False)
    vq = VQ({**cfg, "local": cfg["local"] and "config" in saved})
    vq.load_state_dict({k: v for k, v in saved["model"].items() if "codebook_used" not in k})
    return vq.eval()


def build(whole, args):
    """(model, vq, text tokenizer, table of scene ids or None) from a config.

    The text encoder comes from a folder with a pretrained T5, or from train_text.py, and stays as it is.
    """
    vq = load_vq(args.vq, whole["vq"])
    torch.manual_seed(whole["transformerTraining"]["seed"])  # the tables for dropped text and image are random, too
    if os.path.isdir(args.text):
        content, projection = open(os.path.join(args.text, "tokenizer.json")).read(), None
        encoder = T5Encoder.load(args.text)
    else:
        pretrained = torch.load(args.text, map_location="cpu", weights_only=True)
        content, projection = pretrained["tokenizer"], pretrained["projection"]
        encoder = T5Encoder({**whole["t5"], "vocab_size": len(json.loads(content)["model"]["vocab"])})
        encoder.load_state_dict(pretrained["text"])
    model = Model(whole["transformer"], encoder, frozen=True)
    table = None if args.data else SceneIds.make(
        args.stream, data.Tokens(vq).encode, os.path.join(args.out, "scene-ids.npz"), whole["transformerTraining"].get("layout", "slots"))
    if whole["transformerTraining"].get("copyInit"):
        copy_init(model.gpt, vq.codebook.detach(), table.meaning(whole["transformer"]["vocab"]), torch.Generator().manual_seed(0))
    if projection:
        model.gpt.cls_embedding.load_state_dict(projection)
    if args.init:
        released = torch.load(args.init, map_location="cpu", weights_only=False)["model"]
        kept = {k: v.float() for k, v in deinterleave(released, whole["transformer"]["heads"]).items()}
        if projection:
            kept = {k: v for k, v in kept.items() if not k.startswith("cls_embedding")}
        model.gpt.load_state_dict(kept, strict=False)
    return model, vq, content, table


def optimizers(model, cfg):
    """Muon (or AdamW) for matrices; a fifth of the rate for what carries the copying; AdamW for the rest."""
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
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
    """(loss, parts) for the chosen cells [b,n] of a batch, of which the first is cell 0."""
    gpt = model.gpt
    b, share = len(batch.target), len(batch.target) // len(batch.condition)
    no_image, no_text = drops(len(batch.condition), share, cfg, generator, batch.target.device)
    condition = data.corrupt(batch.condition, cfg["corruptCondition"], gpt.cfg["vocab"], generator)
    fed, blind = data.mislead(batch.target, share, cfg["feed"], gpt.cfg["vocab"], generator)
    places = cells[:, 1:] - 1
    hidden = gpt(condition, model.features(batch.words, batch.mask), fed.gather(1, places), places, no_image, no_text)
    logits = gpt.output(hidden).float()
    target, changed = batch.target.gather(1, cells), batch.changed.gather(1, cells)
    ce = F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none").view(b, -1)
    weight = torch.where(batch.is_map[:, None], cfg["mapWeight"], torch.where(changed, cfg["changedWeight"], 1.0))
    weight = weight * torch.where(no_image.repeat_interleave(share) | no_text, cfg["droppedWeight"], 1.0)[:, None]
    total = (ce * weight).sum() / weight.sum()
    asked = (blind & ~no_text & ~no_image.repeat_interleave(share))[:, None]
    parts = dict(ce=total.item(), blind=blind_counts(logits.argmax(-1) == target, changed, asked, batch.types))
    if cfg.get("distill") and batch.features is not None:
        distance = distillation(gpt, hidden, cells, batch.features)
        parts["distill"] = distance.item()
        total = total + cfg["distill"] * distance
    return total, parts


def blind_counts(right, changed, asked, types):
    """[hits, cells] per type over changed cells of rows that were fed nothing useful, and over their other cells."""
    counts = {}
    for i in asked[:, 0].nonzero()[:, 0].tolist():
        for name, cell in ((types[i], changed[i]), ("unchanged", ~changed[i])):
            count = counts.setdefault(name, [0, 0])
            count[0] += (right[i] & cell).sum().item()
            count[1] += cell.sum().item()
    return counts


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
    """Accuracy per edit or map type over changed cells, and over unchanged ones, with random ids fed in."""
    sums = {}
    for batch in batches:
        device = batch.target.device
        places = torch.arange(model.gpt.cells - 1, device=device).expand(len(batch.target), -1)
        none = (torch.zeros(len(n), dtype=torch.bool, device=device) for n in (batch.condition, batch.target))
        fed = torch.randint(0, model.gpt.cfg["vocab"], places.shape, generator=generator).to(device)
        right = model.gpt.output(model.gpt(batch.condition, model.features(batch.words, batch.mask), fed, places, *none)).argmax(-1)
        asked = torch.ones(len(right), 1, dtype=torch.bool)
        for name, (hits, n) in blind_counts(right == batch.target, batch.changed, asked, batch.types).items():
            s = sums.setdefault(name, [0, 0])
            s[0], s[1] = s[0] + hits, s[1] + n
    return {k: round(hits / n, 4) for k, (hits, n) in sorted(sums.items()) if n}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--vq", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--stream", help="scene-stream.mjs, for rendered scenes")
    parser.add_argument("--data", help="folder of pictures, instead of rendered scenes")
    parser.add_argument("--text", required=True, help="text.pt of train_text.py, or the folder of a pretrained T5 encoder")
    parser.add_argument("--init", help="released transformer checkpoint to start from, such as t2i_XL_stage2_512.pt")
    parser.add_argument("--warm", help="transformer.pt of another run to start from; steps and learning rate begin anew")
    parser.add_argument("--minutes", type=float, help="length of the run by the clock, instead of the config's")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=1, help="CPU processes with one thread each, all but one at low priority; 1 = one process, all threads")
    return parser.parse_args()


class Run:
    """One worker of a training run; worker 0 leads: it updates the weights, logs, checks and saves."""

    def __init__(self, rank, shared, args):
        self.rank, self.shared, self.args = rank, shared, args
        self.whole = json.load(open(args.config))
        self.cfg = self.whole["transformerTraining"]
        self.minutes = args.minutes or self.cfg.get("minutes")
        if shared.size > 1:
            torch.set_num_threads(1)
            os.nice(10 * rank)
        self.model, self.vq, self.content, self.table = build(self.whole, args)
        self.model.train().to(args.device)
        self.member = team.Member(shared, self.model)
        self.generator = torch.Generator().manual_seed(self.cfg["seed"] + 1000 * rank + int(shared.state[1]))
        self.open_data()

    def open_data(self):
        args, cfg, first = self.args, self.cfg, 20_000_000 * self.rank + int(self.shared.state[2])
        first += 1_000_000 * (cfg["seed"] - 1)
        text = words.TextTokenizer(self.content, self.whole["transformer"]["textTokens"])
        self.check = []
        if args.data:
            tokens = data.Tokens(self.vq)
            source = data.folder_samples(args.data, self.whole["imageSize"], tokens, text, cfg["seed"] + 1000 * self.rank + int(self.shared.state[1]))
            self.teacher = cfg.get("teacher") == "patches" and PatchTeacher(self.whole["transformer"]["distillDim"], 2 * tokens.side)
        else:
            self.teacher = None
            teacher = cfg.get("teacher") == "labels" and LabelTeacher(self.whole["transformer"]["distillDim"], self.table)
            read = lambda split, first, count, **choice: data.scene_samples(
                args.stream, split, first, count, cfg["pairs"], self.table, text, teacher, objects=cfg["mostObjects"], layout=cfg.get("layout", "slots"), **choice)
            source = data.mixed({task: read("train", first, 10**8, task=task) for task in cfg["mix"]}, cfg["mix"], torch.Generator().manual_seed(first))
            self.check = list(read("val", 0, cfg["checkGroups"])) if self.rank == 0 else []
        self.source = scenes.ahead(source, 16)
        self.batches = [data.Batch(self.check[i : i + 4]).to(args.device) for i in range(0, len(self.check), 4)]

    def help(self):
        """The life of a worker that does not lead."""
        while not self.shared.state[3]:
            self.member.begin()
            self.micro_batch()
            self.member.contribute()

    def lead(self):
        cfg, state = self.cfg, self.shared.state
        opts = optimizers(self.model, cfg)
        self.resume(opts)
        self.recent, last = [], time.time()
        self.due = {k: state[0].item() + cfg[k] for k in ("noteEvery", "saveEvery", "checkEvery")}
        self.log = open(os.path.join(self.args.out, "log.jsonl"), "a")
        while not state[3]:
            set_rate(opts, schedule(self.progress(), cfg["warmup"], cfg["decay"]))
            self.member.begin()
            own = cfg["groups"] // cfg["microGroups"]
            for _ in range(own):
                self.micro_batch()
            batches, self.norm = self.member.step(opts, cfg["clip"], own)
            now = time.time()
            state[0] += min(now - last, 60)
            last = now
            state[1] += 1
            state[2] += batches * cfg["microGroups"]
            state[3] = float(self.progress() >= 1)
            self.report(opts)

    def progress(self):
        """Share of the run that is done: by steps where the config counts steps, else by the clock."""
        steps = self.cfg.get("steps")
        return self.shared.state[1].item() / steps if steps else self.shared.state[0].item() / (self.minutes * 60)

    def micro_batch(self):
        cfg, progress = self.cfg, self.progress()
        groups = [next(self.source) for _ in range(cfg["microGroups"])]
        if self.teacher:
            for group in groups:
                group["features"] = self.teacher(group["frames"][1:])
        batch = data.Batch(groups).to(self.args.device)
        count, whole = next((n, whole) for until, n, whole in cfg["cells"] if progress < until)
        if torch.rand(1, generator=self.generator) < whole:
            count = self.model.gpt.cells
        cells = data.choose_cells(batch.changed, batch.busy, count, self.generator)
        with torch.autocast(batch.target.device.type, torch.bfloat16):
            loss, parts = loss_of(self.model, batch, cells, cfg, self.generator)
        loss.backward()
        if self.rank == 0:
            self.recent.append(parts)

    def report(self, opts):
        state = self.shared.state
        spent = round(state[0].item())
        late = {k: state[0] > v for k, v in self.due.items()}
        if late["noteEvery"] and self.recent:
            blind = {}
            for name, (hits, n) in (item for p in self.recent for item in p["blind"].items()):
                hits_before, before = blind.get(name, (0, 0))
                blind[name] = hits_before + hits, before + n
            mean = {k: round(float(np.mean([p[k] for p in self.recent])), 4) for k in ("ce", "distill") if k in self.recent[0]}
            shares = {k: round(hits / n, 3) for k, (hits, n) in sorted(blind.items()) if n}
            self.note(spent=spent, step=int(state[1]), samples=int(state[2]) * self.cfg["pairs"], norm=round(self.norm, 2), **mean, blind=shares)
            self.recent = []
        if late["saveEvery"] or state[3]:
            self.save(opts)
        if late["checkEvery"] and self.batches:
            with torch.autocast(torch.device(self.args.device).type, torch.bfloat16):
                self.note(spent=spent, check=blind_accuracy(self.model, self.batches, torch.Generator().manual_seed(0)))
        for k in self.due:
            if late[k]:
                self.due[k] = spent + self.cfg[k]

    def note(self, **entry):
        for out in (self.log, None):
            print(json.dumps(entry), file=out, flush=True)

    def resume(self, opts):
        path = os.path.join(self.args.out, "optimizer.pt")
        if self.shared.state[1] > 0 and os.path.exists(path):
            for opt, kept in zip(opts, torch.load(path, weights_only=False)):
                opt.load_state_dict(kept)

    def save(self, opts):
        state = self.shared.state
        saved = dict(model=self.model.state_dict(), spent=state[0].item(), steps=int(state[1]), seen=int(state[2]), config=self.whole, tokenizer=self.content)
        for name, content in (("optimizer.pt", [o.state_dict() for o in opts]), ("transformer.pt", saved)):
            path = os.path.join(self.args.out, name)
            torch.save(content, path + ".tmp")
            os.replace(path + ".tmp", path)


def work(rank, shared, args):
    run = Run(rank, shared, args)
    run.help() if rank else run.lead()


def main():
    args = arguments()
    whole = json.load(open(args.config))
    os.makedirs(args.out, exist_ok=True)
    model, _, content, _ = build(whole, args)
    open(os.path.join(args.out, "tokenizer.json"), "w").write(content)
    checkpoint = os.path.join(args.out, "transformer.pt")
    saved = torch.load(checkpoint, weights_only=False) if os.path.exists(checkpoint) else None
    if saved or args.warm:
        model.load_state_dict((saved or torch.load(args.warm, weights_only=False))["model"])
    shared = team.Shared(model, args.workers)
    if saved:
        shared.state[:3] = torch.tensor([saved["spent"], saved["steps"], saved["seen"]])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    others = [mp.get_context("spawn").Process(target=work, args=(r, shared, args), daemon=True) for r in range(1, args.workers)]
    for process in others:
        process.start()
    work(0, shared, args)


if __name__ == "__main__":
    main()
