"""What a training sentence says, as class numbers: the labels for pretraining the text encoder."""

import re

KINDS = ["ball", "cube", "cone", "tree", "house", "mushroom"]
COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"]
BACKGROUNDS = ["studio", "room", "field", "desert", "snow", "night"]
STYLES = ["photo", "sketch", "pixel"]
TYPES = ["recolor", "replace", "add", "remove", "background", "style", "canny", "depth", "segmentation"]
EDITS = TYPES[:6]
PLACE_WORDS = re.compile(r"\b(left|right|middle|center|front)\b")

# Number of classes of each label; where something may go unsaid, the last class says so.
LABELS = {
    "type": len(TYPES),
    **{f"{what}Kind": len(KINDS) + 1 for what in ("old", "new", "first", "second", "third")},
    **{f"{what}Color": len(COLORS) + 1 for what in ("old", "new", "first", "second", "third")},
    "place": 4,
    "background": len(BACKGROUNDS) + 1,
    "style": len(STYLES) + 1,
}


def parse(pair, source):
    """Class numbers in the order of LABELS for one pair of a group."""
    kind, prompt, target = pair["type"], pair["prompt"].lower(), pair["target"]
    said = {"type": TYPES.index(kind)}
    if kind in EDITS:
        said |= edit_labels(kind, prompt, source, target)
    else:
        things = [o for o in target["objects"] if o]
        for which, thing in zip(("first", "second", "third"), things):
            said |= {f"{which}Kind": KINDS.index(thing["kind"]), f"{which}Color": COLORS.index(thing["color"])}
        said |= {"background": BACKGROUNDS.index(target["background"]), "style": STYLES.index(target["style"])}
    return [said.get(name, count - 1) for name, count in LABELS.items()]


def edit_labels(kind, prompt, source, target):
    if kind == "background":
        return {"background": BACKGROUNDS.index(target["background"])}
    if kind == "style":
        return {"style": STYLES.index(target["style"])}
    slot = next(i for i in range(3) if source["objects"][i] != target["objects"][i])
    old, new, said = source["objects"][slot], target["objects"][slot], {}
    if old:
        said["oldKind"] = KINDS.index(old["kind"])
        if f"the {old['color']} {old['kind']}" in prompt:
            said["oldColor"] = COLORS.index(old["color"])
    if kind == "recolor":
        said["newColor"] = COLORS.index(new["color"])
    if kind in ("replace", "add"):
        said["newKind"] = KINDS.index(new["kind"])
        if re.search(rf"\ban? {new['color']} {new['kind']}", prompt):
            said["newColor"] = COLORS.index(new["color"])
    if kind == "add" and PLACE_WORDS.search(prompt):
        said["place"] = slot
    return said
