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
    """Momentum with orthogonalised updates; matrices of one shape are treated together.

    A group's `split` cuts a matrix into that many row blocks (wqkv: 3); a kernel's `used` slice limits the update.
    """

    def __init__(self, groups, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(groups, dict(lr=lr, momentum=momentum, weight_decay=weight_decay, split=1))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            alike = {}
            for p in group["params"]:
                if p.grad is None:
                    continue
                if not self.state[p]:
                    self.state[p]["momentum"] = torch.zeros_like(p)
                used = getattr(p, "used", None)
                alike.setdefault((p.shape, used and (used.start, used.stop)), []).append(p)
            for (shape, _), params in alike.items():
                self.update(group, params, shape, getattr(params[0], "used", None))

    def update(self, group, params, shape, used):
        gradients, moments = [p.grad for p in params], [self.state[p]["momentum"] for p in params]
        torch._foreach_mul_(moments, group["momentum"])
        torch._foreach_add_(moments, gradients)
        g = torch.stack(torch._foreach_add(gradients, moments, alpha=group["momentum"]))
        rows = shape[0] // group["split"]
        matrix = (g[..., used, used] if used else g).reshape(len(params), group["split"], rows, -1)
        rate = group["lr"] * max(1.0, rows / matrix.shape[-1]) ** 0.5
        targets = [p[:, :, used, used] if used else p for p in params]
        if group["weight_decay"]:
            torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
        change = orthogonal(matrix).reshape(len(params), *targets[0].shape)
        torch._foreach_add_(targets, list(change.unbind(0)), alpha=-rate)


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
