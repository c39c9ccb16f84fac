"""Test tables of a trained mini model, by the template judge: strict success per type with n and a 95% interval.

    python evaluate.py --vq vq.pt --transformer transformer.pt --stream out/scene-stream.mjs --out test.json [--n 40]

Rows: model; oracle (the target through the tokenizer); copy (the source returned unchanged, must be 0).
"""

import argparse
import json

import numpy as np
import torch
from PIL import Image

import data
import words
from judge import Judge
from train_tokenizer import quality, to_tensor
from train_transformer import Model, load_vq, sampled
from t5 import T5Encoder

EDITS = ("recolor", "replace", "add", "remove", "background", "style")
MAPS = ("canny", "depth", "segmentation")


def wilson(hits, n):
    """95% interval of a share."""
    z, p = 1.96, hits / n
    middle, spread = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return [round((middle - spread) / (1 + z * z / n), 3), round((middle + spread) / (1 + z * z / n), 3)]


def sampler(temperature, top_k, generator):
    """Temperature, then top-k with ties kept, then one draw; temperature 0 takes the best."""

    def pick(logits):
        if temperature == 0:
            return logits.argmax(-1)
        logits = logits / temperature
        if top_k:
            logits = logits.masked_fill(logits < logits.topk(top_k).values[:, -1:], float("-inf"))
        return torch.multinomial(torch.softmax(logits, -1), 1, generator=generator)[:, 0]

    return pick


def load(saved, vq_path):
    whole = saved["config"]
    vocabulary = len(json.loads(saved["tokenizer"])["model"]["vocab"])
    model = Model(whole["transformer"], T5Encoder({**whole["t5"], "vocab_size": vocabulary}), frozen=False)
    model.load_state_dict(saved["model"])
    vq = load_vq(vq_path, whole["vq"])
    return model.eval(), vq, words.TextTokenizer(saved["tokenizer"], whole["transformer"]["textTokens"])


def baselines(vq, judge, samples):
    """(oracle hits, copy hits, PSNR of the round trip, ids that survive it) over every pair of the samples."""
    oracle = copies = 0
    psnr, same = [], []
    for s in samples:
        q, r = quality(vq, s["frames"][1:])
        psnr += q.tolist()
        same.append(r)
        with torch.no_grad():
            out = vq.decode(vq.encode(to_tensor(s["frames"][1:])))
        pictures = ((out.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        for pair, picture in zip(s["group"]["pairs"], pictures):
            oracle += judge.judge(picture, pair["target"])["strict"]
            copies += judge.judge(s["frames"][0], pair["target"])["strict"]
    return oracle, copies, float(np.mean(psnr)), float(np.mean(same))


def contact_sheet(path, rows):
    """One row per type: condition and result side by side, first five items, unpicked."""
    sheet = Image.new("RGB", (10 * 132, len(rows) * 132), "white")
    for y, pictures in enumerate(rows):
        for x, picture in enumerate(pictures):
            sheet.paste(Image.fromarray(picture), (x * 132, y * 132))
    sheet.save(path)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--vq", "--transformer", "--stream", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--n", type=int, default=40, help="pairs per type")
    parser.add_argument("--split", default="test-iid")
    parser.add_argument("--objects", type=int, default=3, help="most objects in a source scene")
    parser.add_argument("--cfg", type=float)
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--types", nargs="*", default=[*EDITS, *MAPS])
    args = parser.parse_args()
    saved = torch.load(args.transformer, map_location="cpu", weights_only=False)
    model, vq, text = load(saved, args.vq)
    defaults = saved["config"]["samplingDefaults"]
    cfg = defaults["cfg"] if args.cfg is None else args.cfg
    temperature = defaults["temperature"] if args.temperature is None else args.temperature
    judge, tokens = Judge(args.stream), data.Tokens(vq)
    generator = torch.Generator().manual_seed(0)
    table, sheet = {}, []
    for kind in args.types:
        choice = dict(task=kind) if kind in MAPS else dict(type=kind)
        split = "test-trans" if kind in MAPS else args.split
        samples = list(data.scene_samples(args.stream, split, 0, -(-args.n // 2), 2, tokens, text, objects=args.objects, **choice))
        pictures = []
        result, same = sampled(model, vq, judge, samples, cfg, sampler(temperature, defaults["topK"], generator), keep=pictures)
        hits, kinds, n = result[kind]
        oracle, copies, psnr, survive = baselines(vq, judge, samples)
        table[kind] = dict(n=n, strict=round(hits / n, 3), interval=wilson(hits, n), kind=round(kinds / n, 3), unchanged=round(same, 4))
        table[kind] |= dict(oracle=round(oracle / n, 3), copy=round(copies / n, 3), psnr=round(psnr, 2), reread=round(survive, 4))
        print(kind, json.dumps(table[kind]), flush=True)
        sources = [s["frames"][0] for s in samples for _ in s["words"]]
        sheet.append([p for pair in list(zip(sources, pictures))[:5] for p in pair])
    summary = {}
    for name, kinds in (("edits", EDITS), ("maps", MAPS)):
        rows = [table[k] for k in kinds if k in table]
        if rows:
            summary[name] = {key: round(float(np.mean([r[key] for r in rows])), 3) for key in ("strict", "oracle", "copy", "psnr", "unchanged")}
    summary["settings"] = dict(cfg=cfg, temperature=temperature, topK=defaults["topK"], split=args.split, objects=args.objects, steps=saved["steps"])
    json.dump(dict(summary=summary, types=table), open(args.out, "w"), indent=1)
    contact_sheet(args.out.replace(".json", ".png"), sheet)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
