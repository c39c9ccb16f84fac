"""Compares these networks with reference numbers: python check.py GOLDEN (folders t5-s, vq-s, editar-gpt-a).

A checkpoint written by this code is in the released layout only as long as this passes.
"""

import argparse
import os
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from t5 import T5Encoder
from transformer import Transformer, deinterleave
from vq import VQ


def report(name, difference, allowed):
    print(f"{'PASS' if difference <= allowed else 'FAIL'} {name} {difference:.2e}")
    return difference <= allowed


def text_encoder(folder):
    io = load_file(os.path.join(folder, "io.safetensors"))
    out = T5Encoder.load(os.path.join(folder, "model"))(io["ids"].long(), io["mask"].long())
    expected = io["out"]
    return report("t5-s", (out - expected).norm().item() / expected.norm().item(), 1e-4)


def image_tokenizer(folder):
    cfg = dict(ch=32, chMult=[1, 1, 2, 2, 1], zChannels=32, codebookSize=64, codebookDim=8, numResBlocks=2, groups=32, normEps=1e-6, local=False)
    saved = torch.load(os.path.join(folder, "checkpoint.pt"), map_location="cpu")["model"]
    model = VQ(cfg)
    model.load_state_dict({k: v.float() for k, v in saved.items() if k in model.state_dict()})
    picture = np.asarray(Image.open(os.path.join(folder, "image-a.png")).convert("RGB"))
    x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    expected = load_file(os.path.join(folder, "out-a.safetensors"))
    ids = model.encode(x)
    wrong = (ids.flatten() != expected["ids"].flatten()).float().mean().item()
    image = model.decode(ids)[0]
    return report("vq-s ids", wrong, 0) & report("vq-s image", (image - expected["image"].view_as(image)).abs().max().item(), 2e-3)


def transformer(folder):
    cfg = dict(dim=64, layers=2, heads=4, ffnHidden=256, vocab=64, grid=4, textTokens=120, captionDim=32, normEps=1e-5, ropeBase=10000)
    saved = torch.load(os.path.join(folder, "checkpoint.pt"), map_location="cpu")["model"]
    model = Transformer(cfg).eval()
    model.load_state_dict(deinterleave({k: v.float() for k, v in saved.items() if not k.startswith("alignment")}, cfg["heads"]))
    inputs = load_file(os.path.join(folder, "inputs.safetensors"))
    greedy = load_file(os.path.join(folder, "greedy.safetensors"))
    ids = model.generate(inputs["cond_ids"].long().view(1, -1), inputs["t5"].view(1, 120, -1), lambda l: l.argmax(-1), 3.0)
    expected = greedy["cfg_ids"]
    return report("editar-gpt-a greedy ids", (ids.flatten() != expected.flatten()).float().mean().item(), 0)


if __name__ == "__main__":
    torch.serialization.add_safe_globals([argparse.Namespace])
    with torch.no_grad():
        checks = [f(os.path.join(sys.argv[1], name)) for f, name in ((text_encoder, "t5-s"), (image_tokenizer, "vq-s"), (transformer, "editar-gpt-a"))]
    sys.exit(0 if all(checks) else 1)
