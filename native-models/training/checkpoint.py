"""Checkpoints in files of a limited size.

`save` writes what torch.save would write; with `half` matrices are kept in bf16, and what is longer than `most` bytes is cut into
path.0, path.1 and so on. `load` reads either.
"""

import glob
import io
import os
import zlib

import numpy as np
import torch

MOST = 15 << 20


class Packed:
    """A bf16 tensor as two planes of bytes: signs and exponents repeat themselves and are compressed, mantissas are kept."""

    def __init__(self, tensor):
        self.shape = tuple(tensor.shape)
        raw = tensor.detach().bfloat16().contiguous().cpu().view(torch.uint8).numpy().reshape(-1, 2)
        tensor = lambda data: torch.from_numpy(np.frombuffer(data, np.uint8).copy())
        self.low, self.high = tensor(raw[:, 0].tobytes()), tensor(zlib.compress(raw[:, 1].tobytes(), 1))

    def tensor(self):
        planes = [self.low.numpy(), np.frombuffer(zlib.decompress(self.high.numpy().tobytes()), np.uint8)]
        return torch.from_numpy(np.stack(planes, 1).copy()).view(torch.bfloat16).reshape(self.shape).float()


def half(state):
    """A state dict whose matrices are kept in bf16."""
    return {k: Packed(v) if v.is_floating_point() and v.ndim > 1 else v.detach().cpu() for k, v in state.items()}


def save(path, content, most=None):
    """Writes a file, or files of at most `most` bytes; nothing is seen under its name before it is whole."""
    memory = io.BytesIO()
    torch.save(content, memory)
    data = memory.getbuffer()
    parts = [(path, data)] if most is None else [(f"{path}.{i}", data[at : at + most]) for i, at in enumerate(range(0, len(data), most))]
    for name, part in parts:
        with open(name + ".tmp", "wb") as out:
            out.write(part)
    for name, _ in parts:
        os.replace(name + ".tmp", name)


def load(path):
    names = [path] if os.path.exists(path) else sorted(glob.glob(glob.escape(path) + ".[0-9]*"), key=lambda n: int(n.rsplit(".", 1)[1]))
    if not names:
        raise FileNotFoundError(f"{path} (or {path}.0): no such checkpoint")
    content = torch.load(io.BytesIO(b"".join(open(n, "rb").read() for n in names)), map_location="cpu", weights_only=False)
    if "model" in content:
        content["model"] = {k: v.tensor() if isinstance(v, Packed) else v for k, v in content["model"].items()}
    return content
