"""Writes a trained model as released-layout checkpoints: gpt.pt, vq.pt, t5/ and editar.json.

    python export.py --vq DIR/vq.pt --transformer DIR/transformer.pt --stream out/scene-stream.mjs --out EXPORT

The folder appears under its name only when it is complete.
"""

import argparse
import json
import os
import shutil

import numpy as np
import torch

import checkpoint
import scenes
from t5 import T5Encoder
from train_tokenizer import to_tensor
from transformer import Transformer, interleave
from vq import load_vq, to_released_layout


def part(state, prefix):
    return {k[len(prefix) :]: v.float().contiguous() for k, v in state.items() if k.startswith(prefix)}


def write_vq(path, saved, stream, folder):
    """Released layout of the tokenizer; returns its config."""
    vq = load_vq(path, saved["config"]["vq"])
    if vq.cfg["local"]:
        typical = np.concatenate([f for _, f in scenes.groups(stream, "train", 70_000_000, 8, 3)])
        vq = to_released_layout(vq, to_tensor(typical))
    torch.save({"model": {k: v.contiguous() for k, v in vq.state_dict().items()}}, os.path.join(folder, "vq.pt"))
    return vq.cfg


def write_text(saved, folder):
    cfg = {**saved["config"]["t5"], "vocab_size": len(json.loads(saved["tokenizer"])["model"]["vocab"])}
    encoder = T5Encoder(cfg)
    encoder.load_state_dict(part(saved["model"], "text."))
    encoder.save(os.path.join(folder, "t5"))
    open(os.path.join(folder, "t5", "tokenizer.json"), "w").write(saved["tokenizer"])


def write_transformer(saved, folder):
    cfg = saved["config"]["transformer"]
    state = interleave(part(saved["model"], "gpt."), cfg["heads"])
    Transformer(cfg).load_state_dict(state)
    args = argparse.Namespace(image_size=saved["config"]["imageSize"], cls_token_num=cfg["textTokens"], vocab_size=cfg["vocab"])
    torch.save({"model": state, "args": args, "steps": saved["steps"]}, os.path.join(folder, "gpt.pt"))


def main():
    parser = argparse.ArgumentParser()
    for name in ("--vq", "--transformer", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--config", help="take the sampling defaults and what the pack says of itself from this file")
    parser.add_argument("--text", help="text.pt of train_text.py, for weights that were kept without it (train_transformer.py --keep)")
    parser.add_argument("--stream", help="scene-stream.mjs; needed for a local tokenizer")
    args = parser.parse_args()
    saved = checkpoint.load(args.transformer)
    if args.text:
        saved["model"] |= {f"text.{k}": v for k, v in checkpoint.load(args.text)["text"].items()}
    if args.config:
        fresh = json.load(open(args.config))
        saved["config"] |= {k: fresh[k] for k in ("samplingDefaults", "pack") if k in fresh}
    folder = args.out + ".tmp"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    vq = write_vq(args.vq, saved, args.stream, folder)
    write_transformer(saved, folder)
    write_text(saved, folder)
    keys = ("ch", "chMult", "zChannels", "codebookSize", "codebookDim", "numResBlocks", "groups", "normEps")
    numbers = {
        "transformer": saved["config"]["transformer"],
        "vq": {k: vq[k] for k in keys},
        "imageSize": saved["config"]["imageSize"],
        "samplingDefaults": saved["config"].get("samplingDefaults", {"cfg": 1, "temperature": 1, "topK": 0, "topP": 1}),
        **saved["config"].get("pack", {}),
    }
    json.dump(numbers, open(os.path.join(folder, "editar.json"), "w"), indent=1)
    old = args.out + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(args.out):
        os.rename(args.out, old)
    os.rename(folder, args.out)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    main()
