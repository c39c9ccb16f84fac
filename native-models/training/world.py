"""Rendered scenes as rows of small integers."""

from parse import BACKGROUNDS, COLORS, KINDS, MAPS, MATERIALS, POSES, SIZES, STYLES, TYPES

TASKS = ["edit", *MAPS]
ATTRIBUTES = {"kind": KINDS, "color": COLORS, "size": SIZES, "material": MATERIALS, "pose": POSES}
CODES = len(KINDS) * len(COLORS) * len(SIZES) * len(MATERIALS) * len(POSES)  # objects that can be named; not all exist
HOMES = [(0, 24), (40, 72), (80, 24)]
TOKEN = 8  # pixels
SLOTS = 3
SCENE = 3 + 3 * SLOTS  # numbers of a scene: background, style, shift, and per slot the object's code and its cell, -1 = none


def object_code(thing):
    """Number of an object in 0..CODES-1; what is absent is the first of its list."""
    code = 0
    for name, values in ATTRIBUTES.items():
        code = code * len(values) + (values.index(thing[name]) if name in thing else 0)
    return code


def attributes(code):
    """Indices of an object's attributes, in the order of ATTRIBUTES; works on arrays and tensors too."""
    out = []
    for values in reversed(ATTRIBUTES.values()):
        out.insert(0, code % len(values))
        code = code // len(values)
    return out


def scene_row(scene, codes):
    """The SCENE numbers of a scene's JSON; `codes` remembers the codes of objects."""
    row = [BACKGROUNDS.index(scene["background"]), STYLES.index(scene["style"]), scene.get("shift", 0)]
    places = scene.get("places", HOMES)
    for thing, place in zip(scene["objects"], places):
        if thing is None:
            row.append(-1)
        else:
            key = tuple(thing.items())
            code = codes.get(key)
            if code is None:
                code = codes[key] = object_code(thing)
            row.append(code)
        if place is None:
            row += (-1, -1)
        else:
            row += (place[0] // TOKEN, place[1] // TOKEN)
    return row
