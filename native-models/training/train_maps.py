"""Trains the small network that makes depth and class maps of rendered scenes.

    python train_maps.py configs/maps.json --out runs/maps --stream ../../out/scene-stream.mjs

Writes a checkpoint every 100 steps and goes on from it; at the end `maps.safetensors`, which `editar models build-maps` reads.
"""

import argparse
import json
import os
import time

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import scenes
from map_net import CLASSES, MapNet
from optim import Muon, schedule, set_rate
from scene_maps import batches, spoil

EVERY = 100


def losses(net, pictures, depth, classes):
    """Means over pixels; depth counts four times where an object stands, which is a tenth of a picture."""
    with torch.autocast("cpu", torch.bfloat16):
        deep, logits = net(pictures.contiguous(memory_format=torch.channels_last))
    weight = 1 + 3 * (classes > 1)
    return {
        "classes": F.cross_entropy(logits, classes),
        "depth": ((deep - depth).abs() * weight).mean(),
    }


@torch.no_grad()
def validate(net, known):
    """Class agreement and error of depth in levels, on unspoilt pictures."""
    squares, union, both = 0.0, torch.zeros(len(CLASSES)), torch.zeros(len(CLASSES))
    for pictures, depth, classes in known:
        deep, logits = net(pictures)
        squares += ((deep.clamp(0, 1) - depth) * 255).square().mean().item() / len(known)
        found = logits.argmax(1)
        for c in range(len(CLASSES)):
            both[c] += ((found == c) & (classes == c)).sum()
            union[c] += ((found == c) | (classes == c)).sum()
    return {"meanIou": round((both / union.clamp(min=1)).mean().item(), 4), "depthRmse": round(squares**0.5, 2)}


def optimizers(net, config):
    kernels = [layer.weight for layer in net.modules() if isinstance(layer, torch.nn.Conv2d)]
    rest = [p for p in net.parameters() if all(p is not kernel for kernel in kernels)]
    return [Muon([{"params": kernels}], config["muonRate"]), torch.optim.AdamW(rest, config["rate"], weight_decay=0)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--out", required=True)
    parser.add_argument("--stream", required=True, help="scene-stream.mjs")
    args = parser.parse_args()
    config = json.load(open(args.config))
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(config["seed"])
    net = MapNet(config["widths"]).to(memory_format=torch.channels_last)
    optims = optimizers(net, config)
    path, step, seconds = os.path.join(args.out, "maps.pt"), 0, 0.0
    if os.path.exists(path):
        saved = torch.load(path, weights_only=True)
        net.load_state_dict(saved["net"])
        for optim, state in zip(optims, saved["optims"]):
            optim.load_state_dict(state)
        step, seconds = saved["step"], saved["seconds"]
    levels = config["levels"]
    known = batches(args.stream, "val", 0, {layout: 8 * count for layout, count in levels.items()})
    validation = [next(known) for _ in range(2)]
    known.close()
    generator = torch.Generator().manual_seed(config["seed"] + step)
    train = scenes.ahead(batches(args.stream, "train", step, levels), 4)
    start = time.process_time() - seconds
    total = dict.fromkeys(config["weights"], 0.0)
    while step < config["steps"]:
        clean, depth, classes = next(train)
        set_rate(optims, schedule(step / config["steps"], config["warm"], config["decay"]))
        parts = losses(net, spoil(clean, config["spoiled"], generator), depth, classes)
        for optim in optims:
            optim.zero_grad()
        sum(config["weights"][name] * loss for name, loss in parts.items()).backward()
        for optim in optims:
            optim.step()
        step += 1
        for name, loss in parts.items():
            total[name] += loss.item() / EVERY
        if step % EVERY == 0 or step == config["steps"]:
            seconds = time.process_time() - start
            row = {"step": step, "cpuSeconds": round(seconds), **{k: round(v, 4) for k, v in total.items()}, **validate(net, validation)}
            print(json.dumps(row), file=open(os.path.join(args.out, "maps-log.jsonl"), "a"))
            total = dict.fromkeys(total, 0.0)
            torch.save({"net": net.state_dict(), "optims": [o.state_dict() for o in optims], "step": step, "seconds": seconds}, path + ".tmp")
            os.replace(path + ".tmp", path)
    weights = {name: value.contiguous() for name, value in net.state_dict().items()}
    save_file(weights, os.path.join(args.out, "maps.safetensors"), {"steps": str(step)})


if __name__ == "__main__":
    main()
