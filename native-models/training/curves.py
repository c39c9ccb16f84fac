"""Draws the logs of a run as curves.png: python curves.py DIR"""

import json
import os
import sys

from PIL import Image, ImageDraw

COLORS = ["#c0392b", "#2980b9", "#27ae60", "#8e44ad", "#d35400", "#16a085", "#7f8c8d", "#2c3e50", "#e84393", "#b8860b"]


def lines(path):
    return [json.loads(line) for line in open(path)] if os.path.exists(path) else []


def series(folder):
    """Panels: title to {name: [(minutes, value)]}."""
    panels = {"tokenizer PSNR (dB)": {}, "training loss": {}, "right changed cells in blind rows": {}, "the same, validation": {}}
    for e in lines(os.path.join(folder, "vq-log.jsonl")):
        panels["tokenizer PSNR (dB)"].setdefault("psnr", []).append((e["spent"] / 60, e["psnr"]))
    for e in lines(os.path.join(folder, "log.jsonl")):
        at = e.get("spent", 0) / 60
        for key in ("ce", "distill"):
            if key in e:
                panels["training loss"].setdefault(key, []).append((at, e[key]))
        for key, title in (("blind", "right changed cells in blind rows"), ("check", "the same, validation")):
            for name, share in e.get(key, {}).items():
                panels[title].setdefault(name, []).append((at, share))
    return {k: v for k, v in panels.items() if v}


def draw(panel, title, size=(560, 340)):
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    points = [p for s in panel.values() for p in s]
    right, top = max(x for x, _ in points) or 1, max(y for _, y in points) or 1
    place = lambda x, y: (50 + x / right * (size[0] - 70), size[1] - 30 - y / top * (size[1] - 60))
    pen.text((50, 8), f"{title}   (minutes 0..{right:.0f}, 0..{top:.2f})", fill="black")
    pen.line([place(0, top), place(0, 0), place(right, 0)], fill="#888888")
    for i, (name, s) in enumerate(panel.items()):
        pen.line([place(*p) for p in s], fill=COLORS[i % len(COLORS)], width=2)
        pen.text((size[0] - 110, 30 + 13 * i), name, fill=COLORS[i % len(COLORS)])
    return image


def main():
    panels = [draw(panel, title) for title, panel in series(sys.argv[1]).items()]
    sheet = Image.new("RGB", (560, 340 * len(panels)), "white")
    for i, panel in enumerate(panels):
        sheet.paste(panel, (0, 340 * i))
    sheet.save(os.path.join(sys.argv[1], "curves.png"))


if __name__ == "__main__":
    main()
