"""Trains the transformer on top of a frozen image tokenizer and text encoder, on a GPU or a CPU.

    python train_transformer.py configs/mini-gpu.json --vq DIR/vq.pt --text DIR/text.pt --out DIR --stream out/scene-stream.mjs --minutes 9
    python train_transformer.py configs/editar-512.json --vq vq_ds16_t2i.pt --data FOLDER --text flan-t5-xl --out DIR
"""

import argparse
import json
import os
import random
import signal
import sys
import time

import torch
import torch.nn.functional as F

import checkpoint
import data
from batches import Folder, Source, Tables
from copy_init import MEANING, copy_init
from losses import blind_accuracy, loss_of, shares
from optim import Muon, schedule
from t5 import T5Encoder
from teacher import LabelTeacher
from transformer import Compiled, Transformer, deinterleave, layer_in, layer_out, try_shared_attention
from vq import load_vq


class Model(torch.nn.Module):
    """Transformer and text encoder; the text encoder stays as it was loaded."""

    def __init__(self, cfg, text_encoder):
        super().__init__()
        self.gpt, self.text = Transformer(cfg), text_encoder
        self.text.requires_grad_(False)

    @torch.no_grad()
    def features(self, ids, mask):
        return self.text(ids, mask)


def build(whole, args, vq, table):
    """(model, text tokenizer's file) from a config.

    The text encoder comes from a folder with a pretrained T5, or from train_text.py.
    """
    torch.manual_seed(whole["transformerTraining"]["seed"])  # the tables for dropped text and image are random, too
    if os.path.isdir(args.text):
        content, projection = open(os.path.join(args.text, "tokenizer.json")).read(), None
        encoder = T5Encoder.load(args.text)
    else:
        pretrained = checkpoint.load(args.text)
        content, projection = pretrained["tokenizer"], pretrained["projection"]
        encoder = T5Encoder({**whole["t5"], "vocab_size": len(json.loads(content)["model"]["vocab"])})
        encoder.load_state_dict(pretrained["text"])
    model = Model(whole["transformer"], encoder)
    if whole["transformerTraining"].get("copyInit") and not args.warm:
        copy_init(model.gpt, vq.codebook.detach().cpu(), table.meaning(whole["transformer"]["vocab"], MEANING), torch.Generator().manual_seed(0))
    if projection:
        model.gpt.cls_embedding.load_state_dict(projection)
    if args.init:
        released = torch.load(args.init, map_location="cpu", weights_only=False)["model"]
        kept = {k: v.float() for k, v in deinterleave(released, whole["transformer"]["heads"]).items()}
        if projection:
            kept = {k: v for k, v in kept.items() if not k.startswith("cls_embedding")}
        model.gpt.load_state_dict(kept, strict=False)
    return model, content


def optimizers(model, cfg, fused):
    """Muon (or AdamW) for matrices; a fifth of the rate for what carries the copying; AdamW for the rest."""
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    if not cfg.get("muonRate"):
        heavy, light = [p for _, p in trained if p.ndim > 1], [p for _, p in trained if p.ndim < 2]
        groups = [{"params": heavy, "weight_decay": cfg["weightDecay"]}, {"params": light, "weight_decay": 0.0}]
        return [torch.optim.AdamW(groups, cfg["rate"], betas=(0.9, 0.95), fused=fused)]
    protected = lambda n: n in ("gpt.tok_embeddings.weight", "gpt.output.weight") or n.startswith("gpt.layers.0.attention.w")
    matrix = lambda n, p: p.ndim == 2 and not protected(n) and "shared" not in n and "bias" not in n
    packed = [p for n, p in trained if matrix(n, p) and "wqkv" in n]
    plain = [p for n, p in trained if matrix(n, p) and "wqkv" not in n]
    rest = [p for n, p in trained if not matrix(n, p) and not protected(n)]
    slow = cfg["rate"] * cfg.get("protectedShare", 0.2)
    return [
        Muon([{"params": packed, "split": 3}, {"params": plain}], cfg["muonRate"]),
        torch.optim.AdamW(
            [{"params": [p for n, p in trained if protected(n)], "lr": slow}, {"params": rest}],
            cfg["rate"], betas=(0.9, 0.95), weight_decay=0.0, fused=fused,
        ),
    ]


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
    parser.add_argument("--minutes", type=float, help="when the run ends, by the clock from the start of this program; stages keep their proportions")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--readers", type=int, default=1, help="processes that make samples from scenes")
    parser.add_argument("--parts", type=int, default=1, help="processes that render the tables of a level")
    parser.add_argument("--keep", help="folder for the finished stages' weights alone, in files of at most 15 MiB")
    parser.add_argument("--compile", action="store_true", help="let torch.compile join the small operations of a layer")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON", help="another value for a number of transformerTraining")
    return parser.parse_args()


class Clock:
    """Where the time of a step goes: differences between marks on the device, or on the host where there is no device queue."""

    def __init__(self, device):
        self.cuda, self.spent, self.marks = device.startswith("cuda"), {}, []

    def mark(self, name):
        if self.cuda:
            event = torch.cuda.Event(enable_timing=True)
            event.record()
            self.marks.append((name, event))
        else:
            self.marks.append((name, time.perf_counter()))

    def read(self):
        """Milliseconds by name since the last call; waits for the device."""
        if self.cuda:
            torch.cuda.synchronize()
        for (_, a), (name, b) in zip(self.marks, self.marks[1:]):
            self.spent[name] = self.spent.get(name, 0.0) + (a.elapsed_time(b) if self.cuda else 1000 * (b - a))
        out, self.spent, self.marks = self.spent, {}, self.marks[-1:]
        return {k: round(v) for k, v in out.items()}


class Run:
    def __init__(self, args):
        self.began = time.time()
        self.args, self.device = args, args.device
        self.whole = json.load(open(args.config))
        self.cfg = self.whole["transformerTraining"]
        for change in args.set:
            key, value = change.split("=", 1)
            self.cfg[key] = json.loads(value)
        cfg = self.cfg
        self.stages = cfg.get("stages") or [dict(layout=cfg.get("layout", "slots"), minutes=cfg.get("minutes", 0), finish=True)]
        self.log = open(os.path.join(args.out, "log.jsonl"), "a")
        self.vq = load_vq(args.vq, self.whole["vq"])
        self.table = self.teacher = None
        self.tables = Tables(args, self.vq, args.config)
        if not args.data:
            level = self.level(0)
            self.table = self.tables.get(level)
            others = [self.level(n) for n in range(1, len(self.stages)) if self.level(n) != level]
            for other in others[:1]:
                self.tables.begin(other)
            self.note(table=level, seconds=self.seconds())
        self.model, self.content = build(self.whole, args, self.vq, self.table)
        self.model.train().to(self.device)
        open(os.path.join(args.out, "tokenizer.json"), "w").write(self.content)
        self.steps = self.seen = self.stage_number = 0
        self.kept_spent = self.stage_spent = 0.0
        self.opts = optimizers(self.model, cfg, self.device.startswith("cuda"))
        self.rates = [[g["lr"] for g in o.param_groups] for o in self.opts]
        self.caution = 1.0
        self.generator = torch.Generator(self.device).manual_seed(cfg["seed"])
        self.clock = Clock(self.device)
        self.resume()

    def level(self, number):
        """The level whose table a stage needs: its own, or a later one, which has everything too."""
        return self.stages[number].get("table", self.stages[number]["layout"])

    def seconds(self):
        return round(time.time() - self.began, 1)

    def note(self, **entry):
        for out in (self.log, None):
            print(json.dumps(entry), file=out, flush=True)

    def resume(self):
        path = os.path.join(self.args.out, "transformer.pt")
        saved = checkpoint.load(path) if os.path.exists(path) else None
        if saved or self.args.warm:
            weights = (saved or checkpoint.load(self.args.warm))["model"]
            kept = self.model.state_dict()
            self.model.load_state_dict({**{k: v for k, v in kept.items() if k.startswith("text.") and k not in weights}, **weights})
        if saved:
            self.kept_spent, self.steps, self.seen = saved["spent"], saved["steps"], saved["seen"]
            self.stage_number, self.stage_spent = saved.get("stage", 0), saved.get("stageSpent", 0.0)
            moments = os.path.join(self.args.out, "optimizer.pt")
            if os.path.exists(moments):
                for opt, kept in zip(self.opts, torch.load(moments, map_location=self.device, weights_only=False)):
                    opt.load_state_dict(kept)
        self.first = self.seen
        self.generator.manual_seed(self.cfg["seed"] + self.steps)
        random.seed(self.cfg["seed"] + self.steps)

    def go(self):
        if self.device.startswith("cuda"):
            size = self.whole["transformer"]["dim"] // self.whole["transformer"]["heads"]
            self.note(shared_attention=try_shared_attention(self.device, self.whole["transformer"]["heads"], size), seconds=self.seconds())
        if self.args.compile:
            self.compile()
        for number, stage in enumerate(self.stages):
            if number >= self.stage_number:
                self.stage_number = number
                self.run_stage(stage, number)
                self.stage_spent = 0.0
        self.save()

    def length(self, number):
        """Seconds of a stage: of --minutes, what is left is divided in proportion; else the config's."""
        left = self.stages[number:]
        if not self.args.minutes:
            return 60 * left[0]["minutes"]
        return max(1.0, self.args.minutes * 60 - (time.time() - self.began)) * left[0]["minutes"] / sum(s["minutes"] for s in left)

    def run_stage(self, stage, number):
        cfg, args = self.cfg, self.args
        if not args.data:
            self.table = self.tables.get(self.level(number))
            self.teacher = cfg.get("teacher") == "labels" and LabelTeacher(self.whole["transformer"]["distillDim"], self.table, self.device)
            source = Source(self, stage, number)
            checks = Source(self, {**stage, "mix": cfg["checkMix"]} if "checkMix" in cfg else stage, 0, split="val", count=1, groups=cfg["checkGroups"])
        else:
            source, checks = Folder(self), None
        following = self.level(number + 1) if number + 1 < len(self.stages) and not args.data else None
        if following:
            self.tables.begin(following)
        length, self.stage_began = self.length(number), time.time() - self.stage_spent
        self.note(stage=number, layout=stage["layout"], length=round(length), seconds=self.seconds())
        self.sums, self.noted, self.noted_steps, self.noted_seen = 0, time.time(), self.steps, self.seen
        saved = time.time()
        while True:
            spent = time.time() - self.stage_began
            progress = self.steps / cfg["steps"] if cfg.get("steps") else spent / length
            if progress >= 1:
                if following is None or self.tables.available(following):
                    break
            self.step(stage, source, min(progress, 1.0))
            now = time.time()
            if now - self.noted > cfg["noteEvery"]:
                self.report(source)
            if now - saved > cfg["saveEvery"]:
                self.save()
                saved = time.time()
        self.report(source)
        source.close()
        if checks:
            self.check(stage, number, checks)
        self.keep(stage, number)

    def step(self, stage, source, progress):
        cfg, gpt, clock = self.cfg, self.model.gpt, self.clock
        share = stage.get("rate", 1.0) * self.caution
        share *= schedule(progress, stage.get("warmup", cfg["warmup"]), cfg["decay"] if stage.get("finish") else 1e-9)
        for opt, rates in zip(self.opts, self.rates):
            for group, rate in zip(opt.param_groups, rates):
                group["lr"] = rate * share
        clock.mark("rest")
        batch = source.batch(cfg["groups"])
        count, whole = next((n, whole) for until, n, whole in stage.get("cells", cfg["cells"]) if progress < until)
        if random.random() < whole:
            count = gpt.cells
        micro = cfg["microGroups"] if count < gpt.cells else cfg.get("wholeGroups", cfg["microGroups"])
        parts = range(0, cfg["groups"], micro)
        clock.mark("data")
        for opt in self.opts:
            opt.zero_grad(set_to_none=True)
        for at in parts:
            piece = batch.part(slice(at, at + micro))
            cells = data.choose_cells(piece.changed, piece.busy, count, self.generator)
            with torch.autocast(self.device.split(":")[0], torch.bfloat16):
                loss, (entropy, distance, counts) = loss_of(self.model, piece, cells, cfg, self.generator)
            clock.mark("forward")
            (loss / len(parts)).backward()
            clock.mark("backward")
            self.sums = self.sums + torch.cat([counts.flatten(), torch.stack([entropy, distance, torch.ones_like(entropy), torch.zeros_like(entropy)])])
        norm = torch.nn.utils.clip_grad_norm_(self.model.gpt.parameters(), cfg["clip"])
        self.sums[-1] += norm
        for opt in self.opts:
            opt.step()
        clock.mark("optimiser")
        self.steps += 1
        self.seen += cfg["groups"]

    def report(self, source):
        if self.steps == self.noted_steps:
            return
        sums, steps = self.sums.cpu(), self.steps - self.noted_steps
        now = time.time()
        counts, (entropy, distance, n, norm) = sums[:-4].view(-1, 2), (sums[-4:] / torch.tensor([1, 1, 1, steps])).tolist()
        split = self.clock.read()
        if hasattr(source, "readers"):
            split["waited"], source.readers.waited = round(1000 * source.readers.waited), 0.0
        self.note(
            seconds=self.seconds(), stage=self.stage_number, step=self.steps, samples=self.seen * self.cfg["pairs"],
            rate=round((self.seen - self.noted_seen) * self.cfg["pairs"] / (now - self.noted)), ms=split, norm=round(norm, 3),
            ce=round(entropy / n, 4), distill=round(distance / n, 4), blind=shares(counts))
        self.guard(entropy / n, norm)
        self.sums, self.noted, self.noted_steps, self.noted_seen = 0, now, self.steps, self.seen

    def guard(self, entropy, norm):
        """Keeps a copy of weights that are sound; goes back to it, more slowly, when they are no longer."""
        state = {k: v for k, v in self.model.gpt.state_dict().items()}
        if entropy == entropy and norm == norm and norm != float("inf"):
            self.sound = {k: v.clone() for k, v in state.items()}
        elif hasattr(self, "sound"):
            self.caution *= 0.5
            self.note(seconds=self.seconds(), unsound=True, caution=self.caution)
            self.model.gpt.load_state_dict(self.sound)
            self.opts = optimizers(self.model, self.cfg, self.device.startswith("cuda"))

    def check(self, stage, number, checks):
        """The measurement of a stage: validation scenes of its level."""
        began, size = time.time(), 25
        try:
            batches = []
            while sum(len(b.task) for b in batches) + size <= self.cfg["checkGroups"]:
                batches.append(checks.batch(size))
        except EOFError as error:
            self.note(check="cut short", because=str(error))
        checks.close()
        self.model.eval()
        with torch.autocast(self.device.split(":")[0], torch.bfloat16):
            blind, exact = blind_accuracy(self.model, batches, torch.Generator(self.device).manual_seed(0))
        self.model.train()
        self.note(seconds=self.seconds(), stage=number, layout=stage["layout"], check=blind, exact=exact, took=round(time.time() - began, 1))

    def saved(self):
        return dict(spent=self.kept_spent + time.time() - self.began, steps=self.steps, seen=self.seen, stage=self.stage_number,
                    stageSpent=time.time() - getattr(self, "stage_began", time.time()), config=self.whole, tokenizer=self.content)

    def save(self):
        """A checkpoint to go on from."""
        checkpoint.save(os.path.join(self.args.out, "optimizer.pt"), [o.state_dict() for o in self.opts])
        checkpoint.save(os.path.join(self.args.out, "transformer.pt"), dict(model=self.model.state_dict(), **self.saved()))

    def keep(self, stage, number):
        """The weights alone, small: the last stage's, and those of the last stage before it that was brought to an end."""
        if not self.args.keep:
            return
        name = os.path.join(self.args.keep, f"{number}-{stage['layout']}.pt")
        content = dict(model=checkpoint.half(self.model.gpt.state_dict(prefix="gpt.")), **self.saved())
        checkpoint.save(name, content, checkpoint.MOST)
        self.kept = [k for k in getattr(self, "kept", []) if k[1]][-1:] + [(name, bool(stage.get("finish")))]
        for other in os.listdir(self.args.keep):
            if ".pt." in other and not any(other.startswith(os.path.basename(k) + ".") for k, _ in self.kept):
                os.remove(os.path.join(self.args.keep, other))
        self.note(seconds=self.seconds(), kept=os.path.basename(name))

    def compile(self, most=75):
        """Compiles the layers for the shapes of training, unless that fails, takes more than `most` seconds, or is no faster."""
        cfg, gpt = self.cfg, self.model.gpt
        text, dim = gpt.cfg["textTokens"], gpt.cfg["dim"]
        counts = {n: cfg["microGroups"] for _, n, _ in cfg["cells"]} | {gpt.cells: cfg.get("wholeGroups", cfg["microGroups"])}
        began = time.time()

        def late(*_):
            raise TimeoutError("compiling took too long")

        signal.signal(signal.SIGALRM, late)
        signal.alarm(most)
        try:
            plain = self.trial(counts)
            Compiled.inside, Compiled.outside = (torch.compile(f, dynamic=False) for f in (layer_in, layer_out))
            for n, groups in counts.items():
                Compiled.shapes |= {(groups, gpt.cells, dim), (groups * cfg["pairs"], text + n - 1, dim)}
            torch._dynamo.config.cache_size_limit = 64
            self.trial(counts)
            fused = self.trial(counts)
            if sum(fused.values()) > sum(plain.values()):
                Compiled.inside = None
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            Compiled.inside = None
            plain, fused = locals().get("plain"), f"{type(error).__name__}: {str(error)[:300]}"
        signal.alarm(0)
        self.model.zero_grad(set_to_none=True)
        self.note(seconds=self.seconds(), compiled=Compiled.inside is not None, took=round(time.time() - began, 1), plain=plain, fused=fused)

    def trial(self, counts):
        """Milliseconds of a forward and backward pass on random ids, per number of cells."""
        cfg, gpt, out = self.cfg, self.model.gpt, {}
        for n, groups in counts.items():
            b = groups * cfg["pairs"]
            draw = lambda *shape: torch.randint(0, gpt.cfg["vocab"], shape, device=self.device)
            places = torch.arange(n - 1, device=self.device).expand(b, -1)
            text = torch.randn(b, gpt.cfg["textTokens"], gpt.cfg["captionDim"], device=self.device)
            none = [torch.zeros(k, dtype=torch.bool, device=self.device) for k in (groups, b)]
            for turn in range(3):
                began = time.time()
                with torch.autocast(self.device.split(":")[0], torch.bfloat16):
                    logits = gpt.output(gpt(draw(groups, gpt.cells), text, draw(b, n - 1), places, *none))
                    F.cross_entropy(logits.flatten(0, 1).float(), draw(b * n)).backward()
                if self.device.startswith("cuda"):
                    torch.cuda.synchronize()
                out[n] = round(1000 * (time.time() - began), 1)
        return out


def main():
    args = arguments()
    os.makedirs(args.out, exist_ok=True)
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    run = Run(args)
    try:
        run.go()
    except BaseException:  # told to stop, or an error: what is learnt is kept
        if run.steps:
            run.keep(run.stages[run.stage_number], run.stage_number)
        raise
    finally:
        run.tables.close()


if __name__ == "__main__":
    main()
