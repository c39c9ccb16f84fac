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


class SharedAttention(torch.autograd.Function):
    """Causal attention of rows that also see a prefix they share with their neighbours, on CUDA: two passes of the flash kernel, one over the
    prefix, for all rows of a group at once, one over the rows' own keys, joined by their log-sums. Nothing of the prefix is copied.

    q, k, v [b,h,n,d]; pk, pv [g,h,m,d], b a multiple of g.
    """

    @staticmethod
    def forward(ctx, q, k, v, pk, pv):
        share = len(q) // len(pk)
        flash = torch.ops.aten._scaled_dot_product_flash_attention
        own = flash(q, k, v, 0.0, True)
        shared = flash(together(q, share), pk, pv, 0.0, False)
        there, sums = apart(shared[0], share), apart(shared[1][..., None], share)[..., 0]
        total = torch.logaddexp(own[1], sums).contiguous()
        weight = lambda part: (part - total).exp()[..., None].to(q.dtype)
        out = own[0] * weight(own[1]) + there * weight(sums)
        ctx.save_for_backward(q, k, v, pk, pv, out, total)
        ctx.rest = own[2:8], shared[2:8]
        return out

    @staticmethod
    def backward(ctx, grad):
        q, k, v, pk, pv, out, total = ctx.saved_tensors
        share = len(q) // len(pk)
        back = torch.ops.aten._scaled_dot_product_flash_attention_backward
        (cq, ck, mq, mk, seed, offset), (cq2, ck2, mq2, mk2, seed2, offset2) = ctx.rest
        gathered = lambda x: together(x, share)
        dq, dk, dv = back(grad, q, k, v, out, total, cq, ck, mq, mk, 0.0, True, seed, offset)
        sums = together(total[..., None], share)[..., 0].contiguous()
        dq2, dpk, dpv = back(gathered(grad), gathered(q), pk, pv, gathered(out), sums, cq2, ck2, mq2, mk2, 0.0, False, seed2, offset2)
        return dq + apart(dq2, share), dk, dv, dpk, dpv


def together(x, share):
    """Rows of neighbours behind one another: [g * share,h,n,d] to [g,h,share * n,d]."""
    b, h, n, d = x.shape
    return x.reshape(b // share, share, h, n, d).transpose(1, 2).reshape(b // share, h, share * n, d)


def apart(x, share):
    """The reverse."""
    g, h, n, d = x.shape
    return x.reshape(g, h, share, n // share, d).transpose(1, 2).reshape(g * share, h, n // share, d)


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


def turn(qkv, heads, cos, sin):
    """qkv [b,n,3 * dim] to rotated q, k and v, each [b,n,heads,d]; cos and sin [n,d/2] or [b,n,d/2]."""
    q, k, v = qkv.unflatten(2, (3, heads, -1)).unbind(2)
    return rotate(q, cos, sin), rotate(k, cos, sin), v


def rotate(x, cos, sin):
    cos, sin = cos.to(x.dtype)[..., None, :], sin.to(x.dtype)[..., None, :]
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def layer_in(x, norm, eps, wqkv, heads, cos, sin):
    """What a layer does before its attention: rotated q, k and v, each [b,n,heads,d]."""
    return turn(F.linear(F.rms_norm(x, (x.shape[-1],), norm, eps), wqkv), heads, cos, sin)


def layer_out(x, out, wo, norm, eps, w1, w2, w3, dropout):
    """What it does after it; out [b,n,dim]."""
    drop = lambda y: F.dropout(y, dropout) if dropout else y
    x = x + drop(F.linear(out, wo))
    y = F.rms_norm(x, (x.shape[-1],), norm, eps)
    return x + drop(F.linear(F.silu(F.linear(y, w1)) * F.linear(y, w3), w2))


class Compiled:
    """The compiled versions of `layer_in` and `layer_out`, for training with inputs of known shapes; none by default."""

    inside = outside = None
    shapes = set()

    @classmethod
    def fits(cls, x):
        return cls.inside is not None and torch.is_grad_enabled() and tuple(x.shape) in cls.shapes


class FeedForward(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.w1, self.w3 = (nn.Linear(dim, hidden, bias=False) for _ in range(2))
        self.w2 = nn.Linear(hidden, dim, bias=False)


class Layer(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.attention = SelfAttention(cfg["dim"], cfg["heads"])
        self.feed_forward = FeedForward(cfg["dim"], cfg["ffnHidden"])
        self.attention_norm, self.ffn_norm = (RMSNorm(cfg["dim"], cfg["normEps"]) for _ in range(2))
        self.dropout = cfg.get("dropout", 0.0)

    def before_attention(self, x, rotary):
        """x [b,n,dim] to q, k and v, each [b,heads,n,d]."""
        run = Compiled.inside if Compiled.fits(x) else layer_in
        cfg = self.attention
        return tuple(m.transpose(1, 2) for m in run(x, self.attention_norm.weight, self.attention_norm.eps, cfg.wqkv.weight, cfg.heads, *rotary))

    def after_attention(self, x, out):
        """Adds the attention output [b,heads,n,d], then the feed-forward output."""
        run = Compiled.outside if Compiled.fits(x) else layer_out
        norm, f = self.ffn_norm, self.feed_forward
        dropout = self.dropout if self.training else 0.0
        return run(x, out.transpose(1, 2).flatten(2), self.attention.wo.weight, norm.weight, norm.eps, f.w1.weight, f.w2.weight, f.w3.weight, dropout)


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
        mask = causal_mask(self.cells, 0, ids.device, self.compute_dtype) if x.device.type == "cpu" else None
        kept = []
        for i, layer in enumerate(self.layers):
            q, k, v = layer.before_attention(x, rotary)
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
        rotary = self.cos[where], self.sin[where]
        mask = causal_mask(rows + m, self.cells, inputs.device, self.compute_dtype) if x.device.type == "cpu" else None
        for layer, (pk, pv) in zip(self.layers, kept):
            q, k, v = layer.before_attention(x, rotary)
            x = layer.after_attention(x, attend_shared(q, k, v, pk, pv, share, mask))
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
                q, k, v = layer.before_attention(x, rotary)
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
    """Causal attention; new rows are the last ones."""
    if q.device.type == "cpu":
        return Attention.apply(q, k, v, mask)
    new, old = q.shape[2], k.shape[2] - q.shape[2]
    if old == 0:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=causal_mask(new, old, q.device, q.dtype))


SHARED = {"kernel": False}  # whether SharedAttention has been found to work here


def attend_shared(q, k, v, pk, pv, share, mask):
    if SHARED["kernel"] and q.dtype == torch.bfloat16:
        return SharedAttention.apply(q, k, v, pk, pv)
    spread = lambda prefix, own: torch.cat([prefix.repeat_interleave(share, 0), own], 2)
    return attend(q, spread(pk, k), spread(pv, v), mask)


def try_shared_attention(device, heads, size):
    """Uses SharedAttention from now on if it gives what the plain way gives; returns the largest relative differences, or why it cannot."""
    make = lambda n, rows: torch.randn(n, rows, heads, size, device=device, dtype=torch.bfloat16, requires_grad=True)
    given = make(8, 75), make(8, 75), make(8, 75), make(2, 256), make(2, 256)
    inputs = [x.transpose(1, 2) for x in given]  # as layers give them
    grad = torch.randn(8, 75, heads, size, device=device, dtype=torch.bfloat16).transpose(1, 2)
    found = []
    try:
        for kernel in (False, True):
            SHARED["kernel"] = kernel
            out = attend_shared(*inputs, 4, None)
            found.append([out.detach(), *torch.autograd.grad(out, given, grad)])
        off = [((a.float() - b.float()).norm() / a.float().norm()).item() for a, b in zip(*found)]
    except Exception as error:
        SHARED["kernel"] = False
        return str(error)
    SHARED["kernel"] = max(off) < 0.02
    return [round(x, 5) for x in off]


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
