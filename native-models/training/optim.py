"""Muon for matrices, AdamW for the rest, one learning-rate schedule."""

import torch


@torch.no_grad()
def orthogonal(g, steps=5):
    """Newton-Schulz iteration in bf16 towards the nearest orthogonal matrix; g is [..., rows, columns]."""
    flip = g.shape[-2] > g.shape[-1]
    x = g.mT if flip else g
    x = (x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(steps):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return (x.mT if flip else x).to(g.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised updates.

    A group's `split` cuts a matrix into that many row blocks (wqkv: 3); a kernel's `used` slice limits the update.
    """

    def __init__(self, groups, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(groups, dict(lr=lr, momentum=momentum, weight_decay=weight_decay, split=1))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state, used = self.state[p], getattr(p, "used", None)
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                m = state["momentum"].mul_(group["momentum"]).add_(p.grad)
                g = p.grad + group["momentum"] * m
                rows = p.shape[0] // group["split"]
                matrix = (g[:, :, used, used] if used else g).reshape(group["split"], rows, -1)
                scale = max(1.0, rows / matrix.shape[-1]) ** 0.5
                p.mul_(1 - group["lr"] * group["weight_decay"])
                target = p[:, :, used, used] if used else p
                target.add_(orthogonal(matrix).reshape(target.shape), alpha=-group["lr"] * scale)


def set_rate(optimizers, factor):
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group.setdefault("base_lr", group["lr"])
            group["lr"] = group["base_lr"] * factor


def schedule(progress, warmup, decay):
    """Linear warm-up over the first share, linear decay to 2% over the last."""
    if progress < warmup:
        return max(progress / warmup, 0.01)
    return min(1.0, max(0.02, (1 - progress) / decay))
