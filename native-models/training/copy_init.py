"""A starting point that copies the condition: an initialisation, not a change of the architecture.

Channel 0 of every image embedding is a constant, channels 1..32 are a code for the id. Heads of layer 0 look only at
the constant, so their attention depends on position alone; they carry the code of chosen cells into other channels,
and the output head reads the channels of the cell that comes next.

Channels 33..56 may say what pictures with an id show (kind, colour, background, style: shares counted in the table of
scene ids). One head brings those of the cell's own place, one head of layer 1 those of the surroundings.
"""

import torch
import torch.nn.functional as F

CODE, MEANING = 32, 24  # channels of an id's code, and of what ids like it show
COPY, RIGHT, BELOW, SHOWN, ROW, COLUMN, TEXT, NEARBY = 64, 96, 128, 160, 192, 194, 200, 232  # first channel of each block
SHARP = 20.0  # score lost per radian-squared of misplacement, roughly; the right cell ends at +9, text stands at 0
PEAK = 9.0


@torch.no_grad()
def copy_init(model, codebook, meaning, generator):
    """Needs at least 8 heads of 32, dim 256 or more, a codebook [vocab, d] of unit vectors and meaning [vocab, MEANING]."""
    cfg = model.cfg
    size = cfg["dim"] // cfg["heads"]
    code = torch.cat([0.6 * codebook, 0.8 * unit(len(codebook), CODE - codebook.shape[1], generator)], 1)
    table = model.tok_embeddings.weight
    table.normal_(0, 0.01, generator=generator)
    table[:, 0] = 1
    table[:, 1 : 1 + CODE] = code
    table[:, 1 + CODE : 1 + CODE + MEANING] = meaning
    constant = (table.square().sum(1).mean() / cfg["dim"]).rsqrt().item()  # channel 0 after the norm

    layer = model.layers[0].attention
    q, k, v = layer.wqkv.weight.view(3, cfg["heads"], size, cfg["dim"])
    layer.wqkv.weight.normal_(0, 0.01, generator=generator)
    layer.wo.weight.zero_()
    g = cfg["grid"]
    codes, meanings = (1, CODE), (1 + CODE, MEANING)
    readers = [
        ((g, g - 1), codes, COPY), ((g - 1, 2 * g - 1), codes, COPY), ((g, g - 2), codes, RIGHT), ((g - 1, g - 1), codes, BELOW),
        ((g, g - 1), meanings, SHOWN),
    ]
    for head, (offset, channels, block) in enumerate(readers):
        look_at(q[head], k[head], offset, speeds(cfg), constant)
        carry(v[head], layer.wo.weight[:, head * size : (head + 1) * size], channels, block, 2 / constant)
    for head, axis, block in ((5, 0, ROW), (6, 1, COLUMN)):
        slope(q[head], k[head], axis, g, speeds(cfg), constant)
        v[head].zero_()
        v[head, 0, 0] = 1 / constant
        layer.wo.weight[block, head * size] = 1
    read_text(q[7], k[7], speeds(cfg), constant)
    layer.wo.weight[TEXT : TEXT + size, 7 * size : 8 * size] = torch.eye(size)
    v[7].normal_(0, cfg["dim"] ** -0.5, generator=generator)
    for free in range(8, cfg["heads"]):  # nothing reads these yet
        for m in (q[free], k[free], v[free]):
            m.normal_(0, cfg["dim"] ** -0.5, generator=generator)

    for i, other in enumerate(model.layers):
        other.feed_forward.w2.weight.zero_()
        for w in (other.feed_forward.w1.weight, other.feed_forward.w3.weight):
            w.normal_(0, cfg["dim"] ** -0.5, generator=generator)
        if i > 0:
            other.attention.wo.weight.zero_()
            other.attention.wqkv.weight.normal_(0, cfg["dim"] ** -0.5, generator=generator)
    second = model.layers[1].attention
    q, k, v = second.wqkv.weight.view(3, cfg["heads"], size, cfg["dim"])
    look_around(q[0], k[0], (g, g - 1), speeds(cfg), 0.6 * constant)
    carry(v[0], second.wo.weight[:, :size], meanings, NEARBY, 2 / constant)
    model.output.weight.normal_(0, 0.01, generator=generator)
    model.output.weight[:, COPY : COPY + CODE] = 2.2 * code
    projection = model.cls_embedding.cap_proj
    projection.fc1.weight.normal_(0, cfg["captionDim"] ** -0.5, generator=generator)
    projection.fc2.weight.normal_(0, 0.3 * cfg["dim"] ** -0.5, generator=generator)


def unit(count, size, generator):
    return F.normalize(torch.randn(count, size, generator=generator), dim=1)


def speeds(cfg):
    half = cfg["dim"] // cfg["heads"] // 2
    return cfg["ropeBase"] ** (-2 * torch.arange(half // 2) / half)


def pairs(matrix, axis, quarter):
    """Rows of the rotary pairs of one axis: first and second component."""
    start = axis * quarter
    return matrix[start : start + quarter], matrix[start + 2 * quarter : start + 3 * quarter]


def look_at(q, k, offset, speed, constant):
    """Score SHARP * sum of cos((distance - offset) * speed), minus a constant that puts the right cell at PEAK."""
    quarter, used = len(speed), 3
    amplitude = (SHARP * (4 * quarter) ** 0.5) ** 0.5 / constant
    for axis in (0, 1):
        (q1, _), (k1, k2) = pairs(q, axis, quarter), pairs(k, axis, quarter)
        for j in range(used):
            q1[j, 0] = amplitude
            k1[j, 0] = amplitude * torch.cos(offset[axis] * speed[j])
            k2[j, 0] = amplitude * torch.sin(offset[axis] * speed[j])
    bias(q, k, PEAK - 2 * used * SHARP, quarter, constant)


def bias(q, k, score, quarter, constant):
    """The same score for every image key, through the slowest rotation."""
    amplitude = (abs(score) * (4 * quarter) ** 0.5) ** 0.5 / constant
    pairs(q, 0, quarter)[0][-1, 0] = amplitude
    pairs(k, 0, quarter)[0][-1, 0] = amplitude if score > 0 else -amplitude


def look_around(q, k, offset, speed, constant):
    """The same with a wide peak: a cell three rows away weighs about a third, one six rows away a fiftieth."""
    quarter, strength = len(speed), 2.5
    amplitude = (strength * (4 * quarter) ** 0.5) ** 0.5 / constant
    q.zero_(), k.zero_()
    for axis in (0, 1):
        (q1, _), (k1, k2) = pairs(q, axis, quarter), pairs(k, axis, quarter)
        for j in (1, 2):
            q1[j, 0] = amplitude
            k1[j, 0] = amplitude * torch.cos(offset[axis] * speed[j])
            k2[j, 0] = amplitude * torch.sin(offset[axis] * speed[j])
    bias(q, k, 6.0 - 4 * strength, quarter, constant)


def carry(v, out, channels, block, gain):
    first, count = channels
    v.zero_()
    v[:count, first : first + count] = torch.eye(count)
    out[block : block + count, :count] = gain * torch.eye(count)


def slope(q, k, axis, grid, speed, constant):
    """Attention to the condition rather than to text grows with the output row (or column)."""
    quarter, strength = len(speed), 4.0
    amplitude = (strength * (4 * quarter) ** 0.5) ** 0.5 / constant
    (q1, _), (k1, k2) = pairs(q, axis, quarter), pairs(k, axis, quarter)
    # sin((distance - grid) * speed) = cos((distance - grid) * speed - pi / 2)
    shift = grid * speed[2] + torch.pi / 2
    q1[2, 0], k1[2, 0], k2[2, 0] = amplitude, amplitude * torch.cos(shift), amplitude * torch.sin(shift)
    bias(q, k, -1.8, quarter, constant)


def read_text(q, k, speed, constant):
    bias(q, k, -15.0, len(speed), constant)
