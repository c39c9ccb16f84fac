"""T5 encoder with the key names and config fields of the released Flan-T5 checkpoints."""

import json
import math
import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps)


def buckets(length, count, reach):
    """Relative-position bucket of every (query, key) pair; the formula of the reference implementation."""
    d = torch.arange(length)[None, :] - torch.arange(length)[:, None]
    half, exact = count // 2, count // 4
    far = exact + (torch.log(d.abs().clamp_min(1).float() / exact) / math.log(reach / exact) * (half - exact)).long()
    near = torch.where(d.abs() < exact, d.abs(), far.clamp_max(half - 1))
    return near + (d > 0) * half


class SelfAttention(nn.Module):
    def __init__(self, cfg, first):
        super().__init__()
        inner = cfg["num_heads"] * cfg["d_kv"]
        self.heads = cfg["num_heads"]
        self.q, self.k, self.v = (nn.Linear(cfg["d_model"], inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, cfg["d_model"], bias=False)
        nn.init.normal_(self.q.weight, 0, (cfg["d_model"] * cfg["d_kv"]) ** -0.5)
        for m in (self.k, self.v):
            nn.init.normal_(m.weight, 0, cfg["d_model"] ** -0.5)
        nn.init.normal_(self.o.weight, 0, inner**-0.5)
        if first:
            self.relative_attention_bias = nn.Embedding(cfg["relative_attention_num_buckets"], cfg["num_heads"])
            nn.init.normal_(self.relative_attention_bias.weight, 0, 0.5)

    def forward(self, x, bias):
        b, n, _ = x.shape
        q, k, v = (m(x).reshape(b, n, self.heads, -1).transpose(1, 2) for m in (self.q, self.k, self.v))
        a = torch.softmax((q @ k.mT).float() + bias, -1).to(v.dtype)
        return self.o((a @ v).transpose(1, 2).reshape(b, n, -1))


class Dense(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.wi_0, self.wi_1 = (nn.Linear(cfg["d_model"], cfg["d_ff"], bias=False) for _ in range(2))
        self.wo = nn.Linear(cfg["d_ff"], cfg["d_model"], bias=False)
        for m in (self.wi_0, self.wi_1):
            nn.init.normal_(m.weight, 0, cfg["d_model"] ** -0.5)
        nn.init.normal_(self.wo.weight, 0, cfg["d_ff"] ** -0.5)

    def forward(self, x):
        return self.wo(F.gelu(self.wi_0(x), approximate="tanh") * self.wi_1(x))


class Block(nn.Module):
    def __init__(self, cfg, first):
        super().__init__()
        attention, dense = nn.Module(), nn.Module()
        attention.SelfAttention = SelfAttention(cfg, first)
        dense.DenseReluDense = Dense(cfg)
        for m in (attention, dense):
            m.layer_norm = LayerNorm(cfg["d_model"], cfg["layer_norm_epsilon"])
        self.layer = nn.ModuleList([attention, dense])

    def forward(self, x, bias):
        x = x + self.layer[0].SelfAttention(self.layer[0].layer_norm(x), bias)
        return x + self.layer[1].DenseReluDense(self.layer[1].layer_norm(x))


class T5Encoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg, self.where = cfg, {}  # buckets by length
        self.shared = nn.Embedding(cfg["vocab_size"], cfg["d_model"])
        self.encoder = nn.Module()
        self.encoder.block = nn.ModuleList([Block(cfg, i == 0) for i in range(cfg["num_layers"])])
        self.encoder.final_layer_norm = LayerNorm(cfg["d_model"], cfg["layer_norm_epsilon"])

    def forward(self, ids, mask):
        """ids and mask [b,n] to features [b,n,d_model]; rows of padding are computed too, as EditAR reads them."""
        cfg, n = self.cfg, ids.shape[1]
        table = self.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight
        if n not in self.where or self.where[n].device != ids.device:
            self.where[n] = buckets(n, cfg["relative_attention_num_buckets"], cfg["relative_attention_max_distance"]).to(ids.device)
        bias = table[self.where[n]].permute(2, 0, 1)[None] + (1 - mask[:, None, None, :].float()) * -1e9
        x = self.shared(ids)
        for block in self.encoder.block:
            x = block(x, bias)
        return self.encoder.final_layer_norm(x)

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        shape = {"architectures": ["T5EncoderModel"], "model_type": "t5", "is_gated_act": True, "dense_act_fn": "gelu_new"}
        json.dump({**shape, **self.cfg}, open(os.path.join(folder, "config.json"), "w"), indent=1)
        save_file({k: v.detach().contiguous() for k, v in self.state_dict().items()}, os.path.join(folder, "model.safetensors"))

    @classmethod
    def load(cls, folder):
        """A Hugging Face folder: config.json and safetensors, in one file or in shards."""
        model = cls(json.load(open(os.path.join(folder, "config.json"))))
        wanted = set(model.state_dict())
        weights = {}
        for name in sorted(os.listdir(folder)):
            if name.endswith(".safetensors"):
                weights |= {k: v.float() for k, v in load_file(os.path.join(folder, name)).items() if k in wanted}
        model.load_state_dict(weights)
        return model
