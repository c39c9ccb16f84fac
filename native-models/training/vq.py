"""The VQ image tokenizer in the layout of the released VQ-16 checkpoint; sizes come from the config.

With `local: true` the same layers are used in a restricted way, so that a token depends on its own pixels only:
encoder convolutions keep their centre tap (or the 2x2 taps of a stride-2 step), attention outputs are zero, and
nothing is normalised. `to_released_layout` turns such a model into ordinary weights:
channel 0 of every stage becomes a large constant, which dominates the GroupNorm statistics (one group), and the other
channels sum to zero, so that the statistics are the same for every picture. See README.md.
"""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

import checkpoint

CONSTANT = 1000.0  # value of the constant channel in the released layout


class Norm(nn.Module):
    """GroupNorm; nothing in a local model, whose convolutions carry all scales."""

    def __init__(self, channels, cfg):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.groups, self.eps, self.local = cfg["groups"], cfg["normEps"], cfg["local"]

    def forward(self, x):
        if not self.local:
            return F.group_norm(x, self.groups, self.weight, self.bias, self.eps)
        return x


class Conv(nn.Conv2d):
    """3x3 convolution; `taps` says which part of the kernel is used: full, centre or corner (2x2, stride 2)."""

    def __init__(self, inputs, outputs, taps="full", stride=1):
        super().__init__(inputs, outputs, 3)
        self.taps, self.stride2 = taps, stride == 2
        used = {"full": slice(0, 3), "centre": slice(1, 2), "corner": slice(0, 2)}[taps]
        mask = torch.zeros(3, 3)
        mask[used, used] = 1
        size = int(mask.sum())
        with torch.no_grad():
            self.weight.normal_(0, (1 / (inputs * size)) ** 0.5).mul_(mask)
            self.bias.zero_()
        self.used = self.weight.used = used

    def forward(self, x):
        weight = self.weight[:, :, self.used, self.used]
        if self.stride2:
            padded = x if self.taps == "corner" else F.pad(x, (0, 1, 0, 1))
            return F.conv2d(padded, weight, self.bias, stride=2)
        return F.conv2d(x, weight, self.bias, padding=1 if self.taps == "full" else 0)


class Resample(nn.Module):
    """Down: pad right and bottom, stride 2. Up: nearest neighbour, then a convolution."""

    def __init__(self, channels, cfg, up):
        super().__init__()
        taps = "corner" if cfg["local"] and not up else "full"
        self.conv = Conv(channels, channels, taps, stride=1 if up else 2)
        self.up = up

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest") if self.up else x)


class ResBlock(nn.Module):
    def __init__(self, inputs, outputs, cfg, taps):
        super().__init__()
        self.norm1, self.conv1 = Norm(inputs, cfg), Conv(inputs, outputs, taps)
        self.norm2, self.conv2 = Norm(outputs, cfg), Conv(outputs, outputs, taps)
        nn.init.zeros_(self.conv2.weight)
        if inputs != outputs:
            self.nin_shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class AttnBlock(nn.Module):
    """Single-head attention over all positions; not used by a local model, whose proj_out is zero."""

    def __init__(self, channels, cfg):
        super().__init__()
        self.norm = Norm(channels, cfg)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(channels, channels, 1) for _ in range(4))
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)
        self.local = cfg["local"]

    def forward(self, x):
        if self.local:
            return x
        b, c, h, w = x.shape
        n = self.norm(x)
        q, k, v = (f(n).reshape(b, c, h * w) for f in (self.q, self.k, self.v))
        a = torch.softmax(q.transpose(1, 2) @ k * c**-0.5, dim=-1)
        return x + self.proj_out((v @ a.transpose(1, 2)).reshape(b, c, h, w))


def middle(channels, cfg, taps):
    return nn.ModuleList(
        [ResBlock(channels, channels, cfg, taps), AttnBlock(channels, cfg), ResBlock(channels, channels, cfg, taps)]
    )


class Encoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        taps = "centre" if cfg["local"] else "full"
        widths = [cfg["ch"] * m for m in cfg["chMult"]]
        self.conv_in = Conv(3, cfg["ch"], taps)
        self.conv_blocks = nn.ModuleList()
        inputs = cfg["ch"]
        for level, width in enumerate(widths):
            last = level == len(widths) - 1
            block = nn.Module()
            block.res, block.attn = nn.ModuleList(), nn.ModuleList()
            for _ in range(cfg["numResBlocks"]):
                block.res.append(ResBlock(inputs, width, cfg, taps))
                if last:
                    block.attn.append(AttnBlock(width, cfg))
                inputs = width
            if not last:
                block.downsample = Resample(width, cfg, up=False)
            self.conv_blocks.append(block)
        self.mid = middle(inputs, cfg, taps)
        self.norm_out = Norm(inputs, cfg)
        self.conv_out = Conv(inputs, cfg["zChannels"], taps)

    def forward(self, x):
        h = self.conv_in(x)
        for block in self.conv_blocks:
            for i, res in enumerate(block.res):
                h = res(h)
                if len(block.attn):
                    h = block.attn[i](h)
            if hasattr(block, "downsample"):
                h = block.downsample(h)
        for layer in self.mid:
            h = layer(h)
        return self.conv_out(F.silu(self.norm_out(h)))


class Decoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        widths = [cfg["ch"] * m for m in reversed(cfg["chMult"])]
        self.conv_in = Conv(cfg["zChannels"], widths[0])
        self.mid = middle(widths[0], cfg, "full")
        self.conv_blocks = nn.ModuleList()
        inputs = widths[0]
        for level, width in enumerate(widths):
            block = nn.Module()
            block.res, block.attn = nn.ModuleList(), nn.ModuleList()
            for _ in range(cfg["numResBlocks"] + 1):
                block.res.append(ResBlock(inputs, width, cfg, "full"))
                if level == 0:
                    block.attn.append(AttnBlock(width, cfg))
                inputs = width
            if level < len(widths) - 1:
                block.upsample = Resample(width, cfg, up=True)
            self.conv_blocks.append(block)
        self.norm_out = Norm(inputs, cfg)
        self.conv_out = Conv(inputs, 3)

    def forward(self, z):
        h = self.conv_in(z)
        for layer in self.mid:
            h = layer(h)
        for block in self.conv_blocks:
            for i, res in enumerate(block.res):
                h = res(h)
                if len(block.attn):
                    h = block.attn[i](h)
            if hasattr(block, "upsample"):
                h = block.upsample(h)
        return self.conv_out(F.silu(self.norm_out(h)))


class VQ(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.encoder, self.decoder = Encoder(cfg), Decoder(cfg)
        self.quant_conv = nn.Conv2d(cfg["zChannels"], cfg["codebookDim"], 1)
        self.post_quant_conv = nn.Conv2d(cfg["codebookDim"], cfg["zChannels"], 1)
        self.quantize = nn.Module()
        self.quantize.embedding = nn.Embedding(cfg["codebookSize"], cfg["codebookDim"])
        self.quantize.embedding.weight.requires_grad_(False)
        if cfg["local"]:
            self.restrict()

    @property
    def codebook(self):
        return F.normalize(self.quantize.embedding.weight, dim=1)

    def latent(self, x):
        """Pictures [b,3,h,w] in -1..1 to unit vectors [b,d,h/f,w/f]."""
        return F.normalize(self.quant_conv(self.encoder(x)).float(), dim=1)

    def nearest(self, z):
        """Unit vectors [b,d,h,w] to ids [b,h,w]."""
        return self.closest(z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])).reshape(z.shape[0], *z.shape[2:])

    def closest(self, flat):
        """Unit vectors [n,d] to ids [n], in full precision: codes may be close to each other."""
        with torch.autocast(flat.device.type, enabled=False):
            return (flat.float() @ self.codebook.float().T).argmax(1)

    def encode(self, x):
        return self.nearest(self.latent(x))

    def decode_latent(self, z):
        return self.decoder(self.post_quant_conv(z))

    def decode(self, ids):
        return self.decode_latent(F.embedding(ids, self.codebook).permute(0, 3, 1, 2))

    @torch.no_grad()
    def restrict(self):
        """Local models: channel 0 stays empty, the other channels of every stage sum to zero."""
        for conv in stage_writers(self):
            for p in (conv.weight, conv.bias):
                p[0] = 0
                p[1:] -= p[1:].mean(0, keepdim=True)
        for conv in stage_readers(self):
            conv.weight[:, 0] = 0


def stage_writers(model):
    """Convolutions whose output is normalised or added to what is."""
    for name, m in model.named_modules():
        if isinstance(m, nn.Conv2d) and any(k in name for k in ("conv_in", "conv1", "conv2", "nin_shortcut", "sample.conv")):
            yield m


def stage_readers(model):
    for name, m in model.named_modules():
        if isinstance(m, nn.Conv2d) and any(k in name for k in ("nin_shortcut", "sample.conv")):
            yield m


@torch.no_grad()
def to_released_layout(model, pictures):
    """A local model as plain weights for the released network; `pictures` [n,3,h,w] give typical activations."""
    out = VQ({**model.cfg, "local": False, "groups": 1})
    power, handles = {}, []
    for name, m in model.named_modules():
        if isinstance(m, Norm):
            handles.append(m.register_forward_hook(lambda _m, a, _o, name=name: power.__setitem__(name, a[0].float().square().mean().item())))
    model.decode(model.encode(pictures))
    for handle in handles:
        handle.remove()
    out.load_state_dict(copy.deepcopy(model.state_dict()))
    for name, m in out.named_modules():
        if isinstance(m, Norm):
            c = len(m.weight)
            mean = CONSTANT / c
            deviation = math.sqrt(CONSTANT**2 / c + power.get(name, 0.0) - mean**2 + out.cfg["normEps"])
            m.bias.fill_(mean)
            m.weight.fill_(deviation)
            m.bias[0] = m.weight[0] = 0
    for name, m in out.named_modules():
        if isinstance(m, nn.Conv2d) and any(k in name for k in ("conv_in", "conv1", "nin_shortcut", "sample.conv")):
            m.bias[0] = CONSTANT
    return out.eval()


def load_vq(path, cfg):
    """The image tokenizer of a training run, or one in the released layout, which is never local."""
    saved = checkpoint.load(path)
    vq = VQ({**cfg, "local": cfg["local"] and "config" in saved})
    vq.load_state_dict({k: v for k, v in saved["model"].items() if "codebook_used" not in k})
    return vq.eval()
