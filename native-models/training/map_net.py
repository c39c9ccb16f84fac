"""The small network that makes depth and class maps of rendered scenes. Exported tensor names are those of the modules."""

import torch
import torch.nn.functional as F
from torch import nn

# Order of the class channel: that of native-models/conditions/scene-classes.ts.
CLASSES = ["floor", "backdrop", "ball", "cube", "cone", "tree", "house", "mushroom", "cylinder", "pyramid", "snowman", "chair"]
FRAME = 128  # pixels along one side of a picture
NARROWEST = 8  # cells along one side after four halvings


def conv(inputs, outputs, kernel=3, stride=1):
    layer = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - stride + 1) // 2)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    return layer


def doubled(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


class MapNet(nn.Module):
    """[n, 3, 128, 128] in -1 … 1 to depth [n, 128, 128] (1 = level 255) and class logits [n, 12, 128, 128].

    A U-Net that works at half the size and less; its heads tell the four pixels of every cell. The ground of the scenes never moves:
    `place` tells the narrowest layer where it is, and depths are told as differences from `ground`.
    """

    def __init__(self, widths):
        super().__init__()
        pairs = list(zip(widths, widths[1:]))
        self.stem = conv(3, widths[0], 6, 2)
        self.down = nn.ModuleList([conv(a, b, 3, 2) for a, b in pairs])
        self.mix = nn.ModuleList([conv(b, b) for _, b in pairs])
        self.place = nn.Parameter(torch.zeros(1, widths[-1], NARROWEST, NARROWEST))
        self.ground = nn.Parameter(torch.zeros(1, 1, FRAME, FRAME))
        self.up = nn.ModuleList([conv(a + b, a) for a, b in reversed(pairs)])
        self.depth, self.classes = conv(widths[0], 4), conv(widths[0], 4 * len(CLASSES))

    def forward(self, x):
        levels = [F.relu(self.stem(x))]
        for down, mix in zip(self.down, self.mix):
            levels.append(F.relu(mix(F.relu(down(levels[-1])))))
        y = levels[-1] + self.place
        for up, level in zip(self.up, reversed(levels[:-1])):
            y = F.relu(up(torch.cat([doubled(y), level], 1)))
        with torch.autocast("cpu", enabled=False):  # eight bits of a half-precision depth would be too few
            y = y.float()
            return (F.pixel_shuffle(self.depth(y), 2) + self.ground)[:, 0], F.pixel_shuffle(self.classes(y), 2)
