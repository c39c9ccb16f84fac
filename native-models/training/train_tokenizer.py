"""Trains the VQ tokenizer on rendered scenes: python train_tokenizer.py configs/mini.json --out DIR --minutes 15"""

import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import scenes
from optim import Muon, schedule, set_rate
from vq import VQ


def to_tensor(frames):
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1


class Frames:
    """A reservoir of rendered frames that is refreshed all the time."""

    def __init__(self, program, cfg, first):
        self.stream = scenes.ahead(scenes.groups(program, "train", first, 10**8, 3), 8)
        self.pool = np.concatenate([next(self.stream)[1] for _ in range(cfg["pool"] // 4)])
        self.rng = np.random.default_rng(first)

    def batch(self, count, crop):
        """`count` token-aligned crops [count,3,crop,crop] in -1..1."""
        for _ in range(2):
            self.pool[self.rng.integers(0, len(self.pool), 4)] = next(self.stream)[1]
        picks = self.pool[self.rng.integers(0, len(self.pool), count)]
        if crop < scenes.FRAME:
            places = (scenes.FRAME - crop) // 8 + 1
            picks = np.stack([f[y : y + crop, x : x + crop] for f, (y, x) in zip(picks, 8 * self.rng.integers(0, places, (count, 2)))])
        return to_tensor(picks)


def image_loss(out, x):
    diff = out - x
    loss = 0.5 * diff.abs().mean() + 2 * diff.square().mean()
    for step in (1, 2, 4):
        for d in (diff[..., step:] - diff[..., :-step], diff[..., step:, :] - diff[..., :-step, :]):
            loss = loss + (0.3 * d.abs().mean() + 0.5 * d.square().mean()) / 3
    return loss


class Codebook:
    """Exponential moving averages of the vectors that fall to each code; unused codes move to data vectors."""

    def __init__(self, model):
        self.table = model.quantize.embedding.weight
        self.count = torch.ones(len(self.table))
        self.total = self.table.data.clone()

    @torch.no_grad()
    def start(self, z):
        self.table.copy_(z[farthest(z, len(self.table))])
        self.total.copy_(self.table)
        self.count.fill_(1)

    @torch.no_grad()
    def update(self, z, ids, weight, decay):
        hot = torch.zeros(len(self.table)).index_add_(0, ids, weight)
        summed = torch.zeros_like(self.total).index_add_(0, ids, z * weight[:, None])
        self.count.lerp_(hot, 1 - decay)
        self.total.lerp_(summed, 1 - decay)
        self.table.copy_(F.normalize(self.total / self.count.clamp_min(1e-6)[:, None], dim=1))

    @torch.no_grad()
    def revive(self, z, ids):
        """Dead codes go where the batch is represented worst."""
        dead = (self.count < 0.02 * self.count.mean()).nonzero()[:, 0]
        if len(dead) == 0:
            return 0
        error = 1 - (z * self.table[ids]).sum(1)
        picks = torch.multinomial(error.clamp_min(1e-6), len(dead), replacement=True)
        self.table[dead] = z[picks]
        self.total[dead] = z[picks] * self.count.mean() * 0.2
        self.count[dead] = self.count.mean() * 0.2
        return len(dead)


def farthest(z, count):
    """Indices of `count` vectors spread over the data (k-means++ style draws)."""
    best = torch.full((len(z),), 2.0)
    picks = [0]
    for _ in range(count - 1):
        best = torch.minimum(best, (1 - z @ z[picks[-1]]).clamp_min(0))
        picks.append(int(torch.multinomial(best + 1e-9, 1)))
    return torch.tensor(picks)


def distinct(x, z):
    """Vectors of distinct patches in a batch and the square root of how often each occurs."""
    patches = F.unfold(x, 8, stride=8).transpose(1, 2).reshape(-1, 192)
    key = (patches * torch.linspace(1, 2, 192).square()).sum(1).double()
    _, inverse, counts = torch.unique(key, return_inverse=True, return_counts=True)
    first = torch.empty(len(counts), dtype=torch.long).scatter_(0, inverse, torch.arange(len(key)))
    return z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])[first], counts.sqrt()


def quality(model, frames):
    """PSNR per frame of the round trip, and the share of ids that survive encode(decode(ids))."""
    with torch.no_grad():
        x = to_tensor(frames)
        ids = model.encode(x)
        out = ((model.decode(ids).clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
        mse = ((out - x) / 2).square().flatten(1).mean(1)
        return -10 * mse.log10(), (model.encode(out) == ids).float().mean().item()


def optimizers(model, cfg):
    matrices = [p for n, p in model.named_parameters() if p.ndim == 4 and p.shape[-1] == 3 and p.requires_grad]
    chosen = {id(p) for p in matrices}
    rest = [p for n, p in model.named_parameters() if id(p) not in chosen and p.requires_grad and not any(k in n for k in ("attn", ".mid.1.", "norm"))]
    return [Muon([{"params": matrices}], cfg["muonRate"]), torch.optim.AdamW(rest, cfg["rate"], betas=(0.9, 0.95), weight_decay=0.0)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--out", required=True)
    parser.add_argument("--stream", required=True, help="scene-stream.mjs")
    parser.add_argument("--decoder", help="a tokenizer whose ids are final: only its decoder learns on")
    parser.add_argument("--minutes", type=float)
    args = parser.parse_args()
    whole = json.load(open(args.config))
    cfg = whole["tokenizerTraining"]
    minutes = args.minutes or cfg["minutes"]
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(cfg.get("threads", torch.get_num_threads()))
    torch.manual_seed(cfg["seed"])
    model = VQ(whole["vq"]).to(memory_format=torch.channels_last)
    if args.decoder:
        model.load_state_dict(torch.load(args.decoder, weights_only=False)["model"])
        cfg |= dict(warm=-1, freeze=-1, started=True, rate=cfg["rate"] * 0.3, muonRate=cfg["muonRate"] * 0.3)
    book = Codebook(model)
    opts = optimizers(model, cfg)
    data = Frames(args.stream, cfg, first=50_000_000)
    check = np.concatenate([f for _, f in scenes.groups(args.stream, "val", 0, 12, 3)])
    checkpoint = os.path.join(args.out, "vq.pt")
    spent, step = 0.0, 0
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        for opt, state in zip(opts, saved["optimizers"]):
            opt.load_state_dict(state)
        book.count, book.total = saved["count"], saved["total"]
        spent, step = saved["spent"], saved["steps"]
    log = open(os.path.join(args.out, "vq-log.jsonl"), "a")
    last = time.time()
    noted = saved_at = spent
    running, noted_step = {}, step
    while spent < minutes * 60:
        progress = spent / (minutes * 60)
        set_rate(opts, schedule(progress, 0.01, cfg["decay"]))
        crop, count = next((c, n) for until, c, n in cfg["crops"] if progress < until)
        quantised, frozen = progress > cfg["warm"], progress > cfg["freeze"]
        if frozen:  # from here on the ids of every picture are final, and only the decoder learns
            model.encoder.requires_grad_(False)
            model.quant_conv.requires_grad_(False)
        x = data.batch(count, crop).to(memory_format=torch.channels_last)
        if quantised and not cfg.get("started"):
            cfg["started"] = True
            if spent - 1 < cfg["warm"] * minutes * 60 + 5:
                with torch.no_grad():
                    many = data.batch(96, 128)
                    book.start(distinct(many, model.latent(many))[0])
        with torch.autocast("cpu", torch.bfloat16):
            z = model.latent(x)
            commit = torch.zeros(())
            if quantised:
                with torch.no_grad():
                    seen, weight = distinct(x, z)
                    ids = (seen @ model.codebook.float().T).argmax(1)
                    if not frozen:
                        book.update(seen, ids, weight, 0.97)
                    revived = book.revive(seen, ids) if step % 20 == 0 and progress < 0.8 * cfg["freeze"] else 0
                ids = model.nearest(z)
                code = F.embedding(ids, model.codebook).permute(0, 3, 1, 2)
                commit = (z - code).square().sum(1).mean()
                code = z + (code - z).detach()
            else:
                code, revived = F.normalize(z + 0.12 * torch.randn_like(z), dim=1), 0
            out = model.decode_latent(code)
        loss = image_loss(out.float(), x) + cfg["commitment"] * commit
        again = torch.zeros(())
        if quantised and progress > 0.8 * cfg["freeze"]:
            with torch.autocast("cpu", torch.bfloat16):
                redone = model.latent(out if frozen else out.detach())
            # A decoded picture must be read as the same ids: pull the right code above its rivals.
            logits = redone.permute(0, 2, 3, 1).reshape(-1, z.shape[1]) @ model.codebook.T * 40
            again = F.cross_entropy(logits, ids.reshape(-1))
            loss = loss + cfg["again"] * again
        for opt in opts:
            opt.zero_grad(set_to_none=True)
        loss.backward()
        for p in model.parameters():
            if p.grad is not None and not p.requires_grad:
                p.grad = None
        for opt in opts:
            opt.step()
        if whole["vq"]["local"]:
            model.restrict()
        step += 1
        spent += time.time() - last
        last = time.time()
        for k, v in dict(loss=loss, commit=commit, again=again, revived=revived).items():
            running[k] = running.get(k, 0.0) + float(v.detach() if torch.is_tensor(v) else v)
        if spent - noted > 30:
            psnr, same = quality(model, check)
            usage = len(torch.unique(model.encode(to_tensor(check))))
            entry = dict(spent=round(spent), step=step, frozen=frozen, psnr=round(psnr.mean().item(), 2), worst=round(psnr.min().item(), 2), same=round(same, 4), usage=usage)
            entry |= {k: round(v / (step - noted_step), 5) for k, v in running.items()}
            running, noted_step = {}, step
            print(json.dumps(entry), file=log, flush=True)
            print(json.dumps(entry), flush=True)
            noted, last = spent, time.time()
        if spent - saved_at > 120 or spent >= minutes * 60:
            state = dict(model=model.state_dict(), optimizers=[o.state_dict() for o in opts], count=book.count, total=book.total, spent=spent, steps=step, config=whole)
            torch.save(state, checkpoint + ".tmp")
            os.replace(checkpoint + ".tmp", checkpoint)
            saved_at, last = spent, time.time()


if __name__ == "__main__":
    main()
