"""A leader that steps and helpers that add gradients when they have some, all on one set of weights in shared memory.

The leader never waits: on a machine whose other core is busy a helper merely contributes less. What a helper computed
from weights many steps old is thrown away.
"""

import torch
import torch.multiprocessing as mp

STALE = 12  # steps


def trained(model):
    return [p for p in model.parameters() if p.requires_grad]


class Shared:
    """What the workers share; made once, before they start."""

    def __init__(self, model, size):
        self.size = size
        total = sum(p.numel() for p in trained(model))
        self.weights = torch.zeros(total).share_memory_()
        self.extra = torch.zeros(total).share_memory_()  # sum of the helpers' gradients
        self.count = torch.zeros(1).share_memory_()  # micro-batches in it
        self.state = torch.zeros(8, dtype=torch.float64).share_memory_()  # seconds spent, steps, groups seen, stop
        self.lock = mp.get_context("spawn").Lock()
        at = 0
        for p in trained(model):
            self.weights[at : at + p.numel()].copy_(p.detach().flatten())
            at += p.numel()


class Member:
    """One worker's view: its model's parameters live in the shared weights, its gradients in memory of its own."""

    def __init__(self, shared, model):
        self.shared = shared
        self.gradients = torch.zeros_like(shared.weights)
        self.began, at = 0, 0
        for p in trained(model):
            place = slice(at, at + p.numel())
            p.data = shared.weights[place].view_as(p)
            p.grad = self.gradients[place].view_as(p)
            at += p.numel()

    def begin(self):
        """Clears the gradients before the next ones are computed."""
        self.gradients.zero_()
        self.began = self.shared.state[1].item()

    def contribute(self):
        """Helper: hands over the gradient of one micro-batch."""
        shared = self.shared
        if shared.state[1].item() - self.began > STALE:
            return
        with shared.lock:
            shared.extra.add_(self.gradients)
            shared.count.add_(1)

    def step(self, optimizers, clip, own):
        """Leader: updates the weights by the mean over its `own` micro-batches and those that helpers handed over."""
        shared = self.shared
        with shared.lock:
            self.gradients.add_(shared.extra)
            own += int(shared.count.item())
            shared.extra.zero_()
            shared.count.zero_()
        self.gradients.div_(own)
        norm = self.gradients.norm().item()
        self.gradients.mul_(min(1.0, clip / (norm + 1e-6)))
        for optimizer in optimizers:
            optimizer.step()
        return own, norm
