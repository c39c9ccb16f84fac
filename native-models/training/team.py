"""Several worker processes that train one model in shared memory.

Workers take micro-batches from a common counter until the step's share is done, so that a worker whose core is busy
with something else simply does fewer. Gradients are summed and every worker updates its own part of the parameters.
"""

import torch
import torch.multiprocessing as mp


def trained(model):
    return [p for p in model.parameters() if p.requires_grad]


class Shared:
    """What the workers share; made once, before they start."""

    def __init__(self, model, size, device):
        self.size = size
        total = sum(p.numel() for p in trained(model))
        self.weights = torch.zeros(total, device=device)
        self.gradients = torch.zeros(size, total, device=device)
        if size > 1:
            self.weights.share_memory_()
            self.gradients.share_memory_()
        self.norms = torch.zeros(size).share_memory_()
        self.state = torch.zeros(8, dtype=torch.float64).share_memory_()  # spent, step, seen, stop, save
        spawn = mp.get_context("spawn")
        self.counter = spawn.Value("i", 0)
        self.barrier = spawn.Barrier(size, timeout=1800)
        at = 0
        for p in trained(model):
            self.weights[at : at + p.numel()].copy_(p.detach().flatten())
            at += p.numel()


class Member:
    """One worker's view: its model's parameters live in the shared weights, its gradients in its row."""

    def __init__(self, shared, rank, model):
        self.shared, self.rank = shared, rank
        self.places, at = {}, 0
        for p in trained(model):
            place = slice(at, at + p.numel())
            p.data = shared.weights[place].view_as(p)
            p.grad = shared.gradients[rank, place].view_as(p)
            self.places[p] = place
            at += p.numel()
        self.owned = set(self.share_out(trained(model))[rank])

    def share_out(self, parameters):
        """Parameters split so that every worker has about as much to update."""
        parts, loads = [[] for _ in range(self.shared.size)], [0] * self.shared.size
        for p in sorted(parameters, key=lambda p: -p.numel()):
            least = loads.index(min(loads))
            parts[least].append(p)
            loads[least] += p.numel()
        return parts

    def micro_batches(self, count):
        """Yields once for each micro-batch that this worker takes of the step's `count`."""
        while True:
            with self.shared.counter.get_lock():
                if self.shared.counter.value >= count:
                    return
                self.shared.counter.value += 1
            yield

    def step(self, optimizers, clip, before_release):
        """Sums gradients, clips by the global norm, updates the owned parameters, clears the gradients.

        `before_release` runs in every worker while all are still waiting for each other.
        """
        shared = self.shared
        shared.barrier.wait()
        mine = {p: shared.gradients[:, self.places[p]].sum(0).view_as(p) for p in self.owned}
        shared.norms[self.rank] = sum(g.square().sum() for g in mine.values())
        shared.barrier.wait()
        shared.gradients[self.rank].zero_()
        scale = min(1.0, clip / (shared.norms.sum().sqrt().item() + 1e-6))
        kept = {p: p.grad for p in self.owned}
        for p, g in mine.items():
            p.grad = g.mul_(scale)
        for optimizer in optimizers:
            optimizer.step()
        for p, g in kept.items():
            p.grad = g
        if self.rank == 0:
            shared.counter.value = 0
            before_release()
        shared.barrier.wait()
