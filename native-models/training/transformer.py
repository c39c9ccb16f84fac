"""The EditAR transformer: [condition tokens][text][output tokens], 2-D rotary positions, official key names.

Rotary pairs are (i, i + head/2) here; `interleave` writes the released order (2i, 2i+1).
"""

import torch
import torch.nn.functional as F
from torch import nn


class Attention(torch.autograd.Function):
    """softmax(q k^T / sqrt(d) + mask) v with a backward pass that works sample by sample, in cache, in bf16.

    q [b,h,m,d]; k, v [b,h,n,d]; mask [m,n] additive.
    """

    @staticmethod
    def forward(ctx, q, k, v, mask):
        scale = q.shape[-1] ** -0.5
        out, weights = torch.empty_like(q), []
        for i in range(q.shape[0]):
            scores = torch.baddbmm(mask, q[i], k[i].mT, alpha=scale)
            a = torch.softmax(scores, -1)
            torch.bmm(a, v[i], out=out[i])
            weights.append(a)
        ctx.save_for_backward(q, k, v, out, *weights)
        return out

    @staticmethod
    def backward(ctx, grad):
        q, k, v, out, *weights = ctx.saved_tensors
        scale = q.shape[-1] ** -0.5
        grad = grad.contiguous()
        dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        for i, a in enumerate(weights):
            torch.bmm(a.mT, grad[i], out=dv[i])
            ds = torch.bmm(grad[i], v[i].mT)
            ds.sub_((grad[i] * out[i]).sum(-1, keepdim=True, dtype=torch.float32).to(ds.dtype)).mul_(a).mul_(scale)
            torch.bmm(ds, k[i], out=dq[i])
            torch.bmm(ds.mT, q[i], out=dk[i])
        return dq, dk, dv, None


def causal_mask(new, old, device, dtype):
    """[new, old + new]: every new row sees all old keys and the new keys up to itself."""
    mask = torch.full((new, new), float("-inf"), device=device).triu(1)
    return torch.cat([torch.zeros(new, old, device=device), mask], 1).to(dtype)


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.wqkv = nn.Linear(dim, 3 * dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)
        self.heads = heads

    def project(self, x, rotary):
        """x [b,n,dim] to rotated q, k and v, each [b,heads,n,d]."""
        b, n, dim = x.shape
        q, k, v = self.wqkv(x).reshape(b, n, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        return rotate(q, rotary), rotate(k, rotary), v

    def merge(self, out):
        return self.wo(out.transpose(1, 2).flatten(2))


def rotate(x, rotary):
    """x [b,h,n,d]; rotary = (cos, sin), each [n,d/2] or [b,1,n,d/2]."""
    cos, sin = (t.to(x.dtype) for t in rotary)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class FeedForward(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.w1, self.w3 = (nn.Linear(dim, hidden, bias=False) for _ in range(2))
        self.w2 = nn.Linear(hidden, dim, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Layer(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.attention = SelfAttention(cfg["dim"], cfg["heads"])
        self.feed_forward = FeedForward(cfg["dim"], cfg["ffnHidden"])
        self.attention_norm, self.ffn_norm = (RMSNorm(cfg["dim"], cfg["normEps"]) for _ in range(2))
        self.dropout = nn.Dropout(cfg.get("dropout", 0.0))

    def after_attention(self, x, out):
        """Adds the attention output, then the feed-forward output."""
        x = x + self.dropout(self.attention.merge(out))
        return x + self.dropout(self.feed_forward(self.ffn_norm(x)))


class TextProjection(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cap_proj = nn.Module()
        self.cap_proj.fc1 = nn.Linear(cfg["captionDim"], cfg["dim"], bias=False)
        self.cap_proj.fc2 = nn.Linear(cfg["dim"], cfg["dim"], bias=False)
        self.register_buffer("uncond_embedding", torch.randn(cfg["textTokens"], cfg["captionDim"]) * cfg["captionDim"] ** -0.5)

    def forward(self, x):
        return self.cap_proj.fc2(F.gelu(self.cap_proj.fc1(x), approximate="tanh"))


class Transformer(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.cells = cfg["grid"] ** 2
        self.tok_embeddings = nn.Embedding(cfg["vocab"], cfg["dim"])
        self.cls_embedding = TextProjection(cfg)
        self.register_buffer("img_uncond_embedding", torch.randn(self.cells, cfg["dim"]) * cfg["dim"] ** -0.5)
        self.layers = nn.ModuleList([Layer(cfg) for _ in range(cfg["layers"])])
        self.text_dropout = nn.Dropout(cfg.get("dropout", 0.0))
        self.norm = RMSNorm(cfg["dim"], cfg["normEps"])
        self.output = nn.Linear(cfg["dim"], cfg["vocab"], bias=False)
        if cfg.get("distillDim"):
            self.alignment = nn.Conv2d(cfg["dim"], cfg["distillDim"], 2, stride=2)
        for name, p in self.named_parameters():
            if p.ndim == 2:
                nn.init.normal_(p, 0, 0.02)
        cos, sin = rotary_tables(cfg)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def text_rows(self, features, dropped):
        """Projected text rows [b,text,dim]; where `dropped` is true the table without text."""
        table = self.cls_embedding.uncond_embedding.to(features.dtype)
        return self.cls_embedding(torch.where(dropped[:, None, None], table, features))

    def prefix(self, ids, dropped):
        """Keys and values of the condition tokens [g,cells], per layer; computed once per picture."""
        x = self.tok_embeddings(ids)
        x = torch.where(dropped[:, None, None], self.img_uncond_embedding.to(x.dtype), x)
        rotary = self.cos[: self.cells], self.sin[: self.cells]
        mask = causal_mask(self.cells, 0, ids.device, self.compute_dtype)
        kept = []
        for i, layer in enumerate(self.layers):
            q, k, v = layer.attention.project(layer.attention_norm(x), rotary)
            kept.append((k, v))
            if i == len(self.layers) - 1:
                break
            x = layer.after_attention(x, attend(q, k, v, mask))
        return kept

    def forward(self, condition, text, inputs, places, image_dropped, text_dropped):
        """Hidden states that predict output tokens, [b, 1 + m, dim] after the final norm.

        condition [g,cells]; text [b,text,features] with b a multiple of g, neighbours sharing a condition;
        inputs [b,m] output ids fed in, at cells `places` [b,m] (ascending). Row 0 predicts cell 0, row j the cell
        after places[j-1].
        """
        cfg, b, m = self.cfg, len(inputs), inputs.shape[1]
        share = b // len(condition)
        kept = self.prefix(condition, image_dropped)
        rows = cfg["textTokens"]
        x = torch.cat([self.text_dropout(self.text_rows(text, text_dropped).float()), self.tok_embeddings(inputs)], 1)
        where = torch.cat([torch.full((b, rows), self.cells, device=x.device), places + self.cells + rows], 1)
        rotary = self.cos[where][:, None], self.sin[where][:, None]
        mask = causal_mask(rows + m, self.cells, inputs.device, self.compute_dtype)
        for layer, (pk, pv) in zip(self.layers, kept):
            q, k, v = layer.attention.project(layer.attention_norm(x), rotary)
            k = torch.cat([pk.repeat_interleave(share, 0), k], 2)
            v = torch.cat([pv.repeat_interleave(share, 0), v], 2)
            x = layer.after_attention(x, attend(q, k, v, mask))
        return self.norm(x[:, rows - 1 :])

    @property
    def compute_dtype(self):
        return torch.bfloat16 if torch.is_autocast_enabled(self.output.weight.device.type) else torch.float32

    @torch.no_grad()
    def generate(self, condition, text, pick, guidance=1.0):
        """Output ids [b,cells]; `pick(logits)` chooses one id per row. Guidance above 1 drops the text for half the batch."""
        cfg, b = self.cfg, len(condition)
        rows = cfg["textTokens"]
        double = guidance > 1
        if double:
            condition, text = condition.repeat(2, 1), text.repeat(2, 1, 1)
        no_text = torch.arange(len(condition), device=condition.device) >= b
        dropped = torch.zeros_like(no_text)
        length = 2 * self.cells + rows
        heads, size = cfg["heads"], cfg["dim"] // cfg["heads"]
        caches = []
        for k, v in self.prefix(condition, dropped):
            cache = torch.zeros(2, len(condition), heads, length, size, dtype=k.dtype, device=k.device)
            cache[0, :, :, : self.cells], cache[1, :, :, : self.cells] = k, v
            caches.append(cache)
        x, at, out = self.text_rows(text, no_text).float(), self.cells, []
        while True:
            n = x.shape[1]
            rotary = self.cos[at : at + n], self.sin[at : at + n]
            mask = causal_mask(n, at, x.device, caches[0].dtype)
            for layer, cache in zip(self.layers, caches):
                q, k, v = layer.attention.project(layer.attention_norm(x), rotary)
                cache[0, :, :, at : at + n], cache[1, :, :, at : at + n] = k, v
                y = F.scaled_dot_product_attention(q.to(cache.dtype), cache[0, :, :, : at + n], cache[1, :, :, : at + n], attn_mask=mask)
                x = layer.after_attention(x, y)
            logits = self.output(self.norm(x[:, -1])).float()
            if double:
                logits = logits[b:] + guidance * (logits[:b] - logits[b:])
            ids = pick(logits)
            out.append(ids)
            if len(out) == self.cells:
                return torch.stack(out, 1)
            at += n
            x = self.tok_embeddings(torch.cat([ids, ids]) if double else ids)[:, None]


def attend(q, k, v, mask):
    if q.device.type == "cpu":
        return Attention.apply(q, k, v, mask)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def rotary_tables(cfg):
    """cos and sin [2 * cells + text, head/2]: rows, then columns; output cells continue at (grid, grid); text rows are 0."""
    grid, half = cfg["grid"], cfg["dim"] // cfg["heads"] // 2
    speed = cfg["ropeBase"] ** (-2 * torch.arange(half // 2, dtype=torch.float64) / half)
    cell = torch.arange(grid * grid)
    angle = lambda shift: torch.cat([(cell // grid + shift)[:, None] * speed, (cell % grid + shift)[:, None] * speed], 1)
    zero = torch.zeros(cfg["textTokens"], half, dtype=torch.float64)
    return tuple(
        torch.cat([f(angle(0)), zero, f(angle(grid))]).float() for f in (torch.cos, torch.sin)
    )


def interleave(state, heads):
    """A state dict with q and k rows in the released order: rotary pair i in rows 2i and 2i + 1 of a head."""
    return turned(state, lambda m: m.reshape(heads, 2, -1, m.shape[1]).transpose(1, 2).reshape(m.shape))


def deinterleave(state, heads):
    """The reverse, for starting from a released checkpoint."""
    return turned(state, lambda m: m.reshape(heads, -1, 2, m.shape[1]).transpose(1, 2).reshape(m.shape))


def turned(state, turn):
    out = dict(state)
    for name, w in state.items():
        if name.endswith("wqkv.weight"):
            q, k, v = w.chunk(3)
            out[name] = torch.cat([turn(q), turn(k), v])
    return out
