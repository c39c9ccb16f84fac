"""Times the EditAR transformer in PyTorch on the CPU: fp32, batch 2 (both guidance halves), key/value cache written in place.

A yardstick for `editar bench`: the same shapes, the same number of cached positions, random weights. Prints one JSON object.
Usage: python pytorch_decode.py [--tokens 24] [--context 1603] [--layers 36] [--prefill]
"""

import argparse
import json
import time

import torch
import torch.nn.functional as F

DIM, HEADS, FFN, VOCAB, GRID, TEXT = 1280, 20, 3584, 16384, 32, 120
HEAD_DIM = DIM // HEADS
IMAGE = GRID * GRID
POSITIONS = 2 * IMAGE + TEXT


def rope_table():
    """cos and sin [positions, head_dim / 2]: rows in the first half, columns in the second, zeros for text."""
    freqs = 10000.0 ** (-torch.arange(HEAD_DIM // 4) / (HEAD_DIM // 4))
    cells = torch.arange(IMAGE)

    def quadrant(offset):
        rows, columns = cells // GRID + offset, cells % GRID + offset
        return torch.cat([rows[:, None] * freqs, columns[:, None] * freqs], dim=1)

    first, last = quadrant(0), quadrant(GRID)
    zeros = torch.zeros(TEXT, HEAD_DIM // 2)
    cos = torch.cat([first.cos(), zeros, last.cos()])
    sin = torch.cat([first.sin(), zeros, last.sin()])
    return cos, sin


def rotate(x, cos, sin):
    """x [batch, new, heads, head_dim], adjacent pairs."""
    a, b = x[..., 0::2], x[..., 1::2]
    cos, sin = cos[None, :, None], sin[None, :, None]
    return torch.stack((a * cos - b * sin, b * cos + a * sin), dim=-1).flatten(-2)


def rms_norm(x, weight):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight


class Layer:
    def __init__(self, batch):
        def weight(*dims):
            return torch.empty(dims).uniform_(-0.03, 0.03)

        self.wqkv, self.wo = weight(3 * DIM, DIM), weight(DIM, DIM)
        self.w1, self.w3, self.w2 = weight(FFN, DIM), weight(FFN, DIM), weight(DIM, FFN)
        self.attention_norm = self.ffn_norm = torch.ones(DIM)
        self.keys = torch.empty(batch, HEADS, POSITIONS, HEAD_DIM).uniform_(-1, 1)
        self.values = torch.empty(batch, HEADS, POSITIONS, HEAD_DIM).uniform_(-1, 1)

    def forward(self, x, past, cos, sin):
        batch, new, _ = x.shape
        q, k, v = F.linear(rms_norm(x, self.attention_norm), self.wqkv).view(batch, new, 3, HEADS, HEAD_DIM).unbind(2)
        q, k = rotate(q, cos, sin).transpose(1, 2), rotate(k, cos, sin).transpose(1, 2)
        self.keys[:, :, past : past + new] = k
        self.values[:, :, past : past + new] = v.transpose(1, 2)
        total = past + new
        mixed = F.scaled_dot_product_attention(
            q, self.keys[:, :, :total], self.values[:, :, :total], is_causal=new > 1
        )
        x = x + F.linear(mixed.transpose(1, 2).reshape(batch, new, DIM), self.wo)
        h = rms_norm(x, self.ffn_norm)
        return x + F.linear(F.silu(F.linear(h, self.w1)) * F.linear(h, self.w3), self.w2)


class Model:
    def __init__(self, layers, batch):
        self.layers = [Layer(batch) for _ in range(layers)]
        self.embedding = torch.empty(VOCAB, DIM).uniform_(-0.03, 0.03)
        self.head = torch.empty(VOCAB, DIM).uniform_(-0.03, 0.03)
        self.norm = torch.ones(DIM)
        self.cos, self.sin = rope_table()

    @torch.inference_mode()
    def logits(self, x, past):
        """Guided logits of the last position for rows x [2, new, dim]."""
        cos, sin = self.cos[past : past + x.shape[1]], self.sin[past : past + x.shape[1]]
        for layer in self.layers:
            x = layer.forward(x, past, cos, sin)
        cond, uncond = F.linear(rms_norm(x[:, -1], self.norm), self.head)
        return uncond + 3 * (cond - uncond)


def timed(run):
    before = time.perf_counter()
    run()
    return (time.perf_counter() - before) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=24)
    parser.add_argument("--context", type=int, default=1603)
    parser.add_argument("--layers", type=int, default=36)
    parser.add_argument("--prefill", action="store_true", help="also time the prefill of picture and text, batch 2")
    arguments = parser.parse_args()
    model = Model(arguments.layers, 2)

    def step(i):
        ids = torch.randint(VOCAB, (1,)).expand(2)
        return timed(lambda: model.logits(model.embedding[ids][:, None], arguments.context + i))

    times = sorted(step(i) for i in range(arguments.tokens))
    result = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "context": arguments.context,
        "msPerToken": times[(len(times) - 1) // 2],
    }
    if arguments.prefill:
        rows = model.embedding[torch.randint(VOCAB, (2, IMAGE + TEXT))]
        result["prefillMs"] = timed(lambda: model.logits(rows, 0))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
