"""What a training sentence says, as class numbers: the labels for pretraining the text encoder."""

import re

KINDS = ["ball", "cube", "cone", "tree", "house", "mushroom", "cylinder", "pyramid", "snowman", "chair"]
COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black", "cyan"]
BACKGROUNDS = ["studio", "room", "field", "desert", "snow", "night"]
STYLES = ["photo", "sketch", "pixel", "sepia", "blueprint", "cartoon"]
TYPES = ["recolor", "replace", "add", "remove", "background", "style", "canny", "depth", "segmentation", "resize", "material", "pose", "move"]
MAPS = ("canny", "depth", "segmentation")
SIZES = ["big", "small"]
MATERIALS = ["plain", "metal", "striped"]
POSES = ["standing", "lying", "turned"]
PLACES = ["left", "middle", "right", "left of", "right of"]

TRAITS = {"Kind": KINDS, "Color": COLORS, "Size": SIZES, "Material": MATERIALS}
CAPTIONED = ("first", "second", "third")

# Number of classes of each label, for all levels alike; where something may go unsaid, the last class says so.
LABELS = {
    "type": len(TYPES),
    **{f"{which}{trait}": len(words) + 1 for which in ("old", "new", "reference", *CAPTIONED) for trait, words in TRAITS.items()},
    **{f"{which}Pose": len(POSES) + 1 for which in ("new", *CAPTIONED)},
    "place": len(PLACES) + 1,
    "background": len(BACKGROUNDS) + 1,
    "style": len(STYLES) + 1,
}

either = "|".join
THING = rf"((?:(?:{either(SIZES + MATERIALS + COLORS)}) )*(?:{either(KINDS)}))\b"
NAMED, NEW = re.compile(rf"\bthe {THING}"), re.compile(rf"\ban? {THING}( lying| turned)?")
RELATION = re.compile(rf"\b(left|right) (?:side )?of the {THING}")
SLOT = re.compile(r"\b(left|middle|center|front|right)\b")
SLOT_OF = {"left": "left", "middle": "middle", "center": "middle", "front": "middle", "right": "right"}


def parse(pair, source):
    """Class numbers in the order of LABELS for one pair of a group."""
    kind, prompt, target = pair["type"], pair["prompt"].lower(), pair["target"]
    said = {"type": TYPES.index(kind)}
    if kind in MAPS:
        said |= caption_labels(prompt, target)
    elif kind == "background":
        said["background"] = BACKGROUNDS.index(target["background"])
    elif kind == "style":
        said["style"] = STYLES.index(target["style"])
    else:
        said |= object_labels(kind, prompt, source, target)
    return [said.get(name, count - 1) for name, count in LABELS.items()]


def caption_labels(prompt, target):
    said = {"background": BACKGROUNDS.index(target["background"]), "style": STYLES.index(target["style"])}
    for which, (words, pose) in zip(CAPTIONED, NEW.findall(prompt)):
        said |= traits(which, words)
        if pose:
            said[f"{which}Pose"] = POSES.index(pose.strip())
    return said


def object_labels(kind, prompt, source, target):
    said = {}
    if relation := RELATION.search(prompt):
        said |= traits("reference", relation[2]) | {"place": PLACES.index(f"{relation[1]} of")}
        prompt = prompt.replace(relation[0], "")
    if named := NAMED.search(prompt):
        said |= traits("old", named[1])
        prompt = prompt.replace(named[0], "")
    if new := NEW.search(prompt):
        said |= traits("new", new[1])
    if kind in ("add", "move") and (slot := SLOT.search(prompt)):
        said["place"] = PLACES.index(SLOT_OF[slot[1]])
    if kind in ("recolor", "resize", "material", "pose"):
        said |= change_labels(kind, prompt, *changed(source, target))
    return said


def change_labels(kind, prompt, old, new):
    """What becomes of the object. A turned object and one that is turned back are asked for alike."""
    if kind == "recolor":
        return {"newColor": COLORS.index(new["color"])}
    if kind == "resize":
        return {"newSize": SIZES.index(new.get("size", "big"))}
    if kind == "material":
        return {"newMaterial": MATERIALS.index(new.get("material", "plain"))}
    poses = {old.get("pose"), new.get("pose")}
    return {"newPose": POSES.index("turned" if "turned" in poses else new.get("pose", "standing"))}


def changed(source, target):
    """The only object that differs, before and after."""
    return next((a, b) for a, b in zip(source["objects"], target["objects"]) if a != b)


def traits(which, words):
    return {f"{which}{trait}": known.index(word) for word in words.split() for trait, known in TRAITS.items() if word in known}
