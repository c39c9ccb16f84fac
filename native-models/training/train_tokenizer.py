"""Trains the VQ tokenizer on rendered scenes: python train_tokenizer.py configs/mini.json --out DIR --minutes 15"""

import argparse
import json
import os
import threading
import time
from queue import Queue

import numpy as np
import torch
import torch.nn.functional as F

import checkpoint
import scenes
from optim import Muon, schedule, set_rate
from vq import VQ


def to_tensor(frames):
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1


TASKS = (None, None, None, None, "canny", "depth", "segmentation")  # what readers render in turn; None: the mix of the scenes


class Frames:
    """A reservoir of rendered frames on the device; several renderers refresh it all the time."""

    def __init__(self, program, cfg, first, device, readers):
        self.queue, self.device, self.fresh = Queue(4 * readers + 16), device, cfg.get("fresh", 8)
        layout = cfg.get("layout", "slots")
        # One renderer takes turns at everything by the mix; several also show maps more often.
        tasks = [None] if readers < len(TASKS) else [TASKS[r % len(TASKS)] for r in range(readers)]
        self.streams = [scenes.groups(program, "train", first + 1_000_000 * r, 10**6, 3, task=tasks[r % len(tasks)], layout=layout) for r in range(readers)]
        for stream in self.streams:
            threading.Thread(target=self.fill, args=(stream,), daemon=True).start()
        self.generator = torch.Generator(device).manual_seed(first)
        self.pool = torch.cat([self.queue.get() for _ in range(cfg["pool"] // 4)]).to(device)
        self.taken = 0

    def fill(self, stream):
        for _, frames in stream:
            self.queue.put(torch.from_numpy(frames.copy()))

    def draw(self, most, *shape):
        return torch.randint(0, most, shape, generator=self.generator, device=self.device)

    def batch(self, count, crop):
        """`count` token-aligned crops [count,3,crop,crop] in -1..1."""
        new = []
        while 4 * len(new) < self.fresh and (not self.queue.empty() or (not new and self.device == "cpu")):
            new.append(self.queue.get())
        if new:
            new = torch.cat(new)
            self.taken += len(new)
            self.pool[self.draw(len(self.pool), len(new))] = new.to(self.device)
        picks = self.draw(len(self.pool), count)
        places = (scenes.FRAME - crop) // 8 + 1
        side = torch.arange(crop, device=self.device)
        rows, columns = (8 * self.draw(places, count, 1) + side for _ in range(2))
        return self.pool[picks[:, None, None], rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).float() / 127.5 - 1


def check_frames(program, cfg):
    """Validation frames by kind: a style, or a map."""
    kinds = {}
    for group, frames in scenes.groups(program, "val", 0, cfg.get("checkGroups", 12), 3, task="edit", layout=cfg.get("layout", "slots")):
        for scene, frame in zip([group["source"]] + [p["target"] for p in group["pairs"]], frames):
            kinds.setdefault(scene["style"], []).append(frame)
    for task in TASKS[4:]:
        kinds[task] = [frames[0] for _, frames in scenes.groups(program, "val", 0, 8, 1, task=task, layout=cfg.get("layout", "slots"))]
    return {name: to_tensor(np.stack(frames[:48])) for name, frames in kinds.items()}


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
        self.count = torch.ones(len(self.table), device=self.table.device)
        self.total = self.table.data.clone()

    @torch.no_grad()
    def start(self, z):
        self.table.copy_(z[farthest(z, len(self.table))])
        self.total.copy_(self.table)
        self.count.fill_(1)

    @torch.no_grad()
    def update(self, z, ids, weight, decay):
        hot = torch.zeros_like(self.count).index_add_(0, ids, weight)
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
    best = torch.full((len(z),), 2.0, device=z.device)
    picks = [0]
    for _ in range(count - 1):
        best = torch.minimum(best, (1 - z @ z[picks[-1]]).clamp_min(0))
        picks.append(int(torch.multinomial(best + 1e-9, 1)))
    return torch.tensor(picks, device=z.device)


def distinct(x, z):
    """Vectors of distinct patches in a batch and the square root of how often each occurs."""
    patches = F.unfold(x, 8, stride=8).transpose(1, 2).reshape(-1, 192)
    key = (patches * torch.linspace(1, 2, 192, device=x.device).square()).sum(1).double()
    _, inverse, counts = torch.unique(key, return_inverse=True, return_counts=True)
    first = torch.empty(len(counts), dtype=torch.long, device=x.device).scatter_(0, inverse, torch.arange(len(key), device=x.device))
    return z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])[first], counts.sqrt()


@torch.no_grad()
def quality(model, x):
    """PSNR per frame of the round trip of pictures in -1..1, the share of ids that survive encode(decode(ids)), and the ids."""
    ids = model.encode(x)
    out = ((model.decode(ids).clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
    mse = ((out - x) / 2).square().flatten(1).mean(1)
    return -10 * mse.log10(), (model.encode(out) == ids).float().mean().item(), ids


def report(model, check):
    """The same by kind of picture, and how many codes they use."""
    found = {name: quality(model, x) for name, x in check.items()}
    used = torch.cat([ids.flatten() for _, _, ids in found.values()]).unique().numel()
    psnr = {name: round(p.mean().item(), 2) for name, (p, _, _) in found.items()}
    worst = round(min(p.min().item() for p, _, _ in found.values()), 2)
    return dict(psnr=psnr, worst=worst, same={name: round(same, 4) for name, (_, same, _) in found.items()}, usage=used)


def optimizers(model, cfg):
    matrices = [p for n, p in model.named_parameters() if p.ndim == 4 and p.shape[-1] == 3 and p.requires_grad]
    chosen = {id(p) for p in matrices}
    rest = [p for n, p in model.named_parameters() if id(p) not in chosen and p.requires_grad and not any(k in n for k in ("attn", ".mid.1.", "norm"))]
    return [Muon([{"params": matrices}], cfg["muonRate"]), torch.optim.AdamW(rest, cfg["rate"], betas=(0.9, 0.95), weight_decay=0.0, fused=rest[0].is_cuda)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--out", required=True)
    parser.add_argument("--stream", required=True, help="scene-stream.mjs")
    parser.add_argument("--decoder", help="a tokenizer whose ids are final: only its decoder learns on")
    parser.add_argument("--minutes", type=float, help="length by the clock, the start of this program included")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--readers", type=int, default=1, help="processes that render frames")
    args = parser.parse_args()
    begun = time.time()
    whole = json.load(open(args.config))
    cfg = whole["tokenizerTraining"]
    minutes = args.minutes or cfg["minutes"]
    os.makedirs(args.out, exist_ok=True)
    device = args.device.split(":")[0]
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False  # what is checked here is read in full precision later
    torch.manual_seed(cfg["seed"])
    model = VQ(whole["vq"]).to(device, memory_format=torch.channels_last)
    if args.decoder:
        model.load_state_dict(checkpoint.load(args.decoder)["model"])
        cfg |= dict(warm=-1, freeze=-1, started=True, rate=cfg["rate"] * 0.3, muonRate=cfg["muonRate"] * 0.3)
    book = Codebook(model)
    opts = optimizers(model, cfg)
    data = Frames(args.stream, cfg, 50_000_000, device, args.readers)
    check = {name: x.to(device) for name, x in check_frames(args.stream, cfg).items()}
    weights, moments = (os.path.join(args.out, name) for name in ("vq.pt", "vq-state.pt"))
    spent, step = 0.0, 0
    if os.path.exists(weights) and os.path.exists(moments):
        saved, state = checkpoint.load(weights), torch.load(moments, map_location=device, weights_only=False)
        model.load_state_dict(saved["model"])
        for opt, its in zip(opts, state["optimizers"]):
            opt.load_state_dict(its)
        book.count, book.total = state["count"], state["total"]
        spent, step = saved["spent"], saved["steps"]
        cfg["started"] = spent > cfg["warm"] * minutes * 60
    elif args.minutes:
        minutes = max(0.1, minutes - (time.time() - begun) / 60)
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
            with torch.no_grad():
                many = data.batch(cfg.get("start", 96), 128)
                book.start(distinct(many, model.latent(many))[0])
        with torch.autocast(device, torch.bfloat16, enabled=device == "cpu"):  # ids are read in full precision; a GPU has time for it here, too
            z = model.latent(x)
        with torch.autocast(device, torch.bfloat16):
            commit = torch.zeros((), device=device)
            if quantised:
                with torch.no_grad():
                    seen, weight = distinct(x, z)
                    ids = model.closest(seen)
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
        again = torch.zeros((), device=device)
        if quantised and progress > 0.8 * cfg["freeze"]:
            with torch.autocast(device, torch.bfloat16, enabled=device == "cpu"):
                redone = model.latent(out.float() if frozen else out.detach().float())
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
            running[k] = running.get(k, 0.0) + (v.detach() if torch.is_tensor(v) else v)
        if spent - noted > cfg.get("noteEvery", 30) or spent >= minutes * 60:
            entry = dict(spent=round(spent), step=step, frozen=frozen, rate=round((step - noted_step) * count / max(1, spent - noted)), fresh=data.taken, **report(model, check))
            entry |= {k: round(float(v) / (step - noted_step), 5) for k, v in running.items()}
            running, noted_step = {}, step
            print(json.dumps(entry), file=log, flush=True)
            print(json.dumps(entry), flush=True)
            noted = spent
        if spent - saved_at > cfg.get("saveEvery", 120) or spent >= minutes * 60:
            checkpoint.save(moments, dict(optimizers=[o.state_dict() for o in opts], count=book.count, total=book.total))
            checkpoint.save(weights, dict(model={k: v.cpu().contiguous() for k, v in model.state_dict().items()}, spent=spent, steps=step, config=whole))
            saved_at = spent


if __name__ == "__main__":
    main()
