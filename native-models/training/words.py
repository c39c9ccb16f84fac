"""Word-level tokenizer file in the dialect of Flan-T5's tokenizer.json: Unigram over whole words, lower case."""

import json
import sys

from tokenizers import Tokenizer

import scenes

PUNCTUATION = [",", ".", ":", "!", "?", ";"]


def tokenizer_json(words):
    """The file's content. Ids 0, 1, 2 are <pad>, </s>, <unk>, as in T5; an unknown word becomes <unk>."""
    pieces = ["▁" + w for w in words] + PUNCTUATION
    special = [
        {"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for i, c in enumerate(["<pad>", "</s>", "<unk>"])
    ]
    end = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    a, b = ({"Sequence": {"id": x, "type_id": 0}} for x in "AB")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [a, end],
            "pair": [a, end, b, end],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}},
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        "model": {
            "type": "Unigram",
            "unk_id": 2,
            "byte_fallback": False,
            "vocab": [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]] + [[p, -5.0] for p in pieces],
        },
    }


def scene_tokenizer(stream):
    """The tokenizer file's content for the sentences of the scene renderer."""
    vocabulary = scenes.start(stream, "words").communicate()[0].decode().split()
    return json.dumps(tokenizer_json(vocabulary), ensure_ascii=False)


class TextTokenizer:
    """Sentence to ids, cut to `length` with </s> kept, padded on the right with 0; also the mask of real ids."""

    def __init__(self, content, length):
        self.tokenizer = Tokenizer.from_str(content)
        self.length = length

    def __call__(self, sentence):
        ids = self.tokenizer.encode(sentence).ids
        if len(ids) > self.length:
            ids = ids[: self.length - 1] + [1]
        return ids + [0] * (self.length - len(ids)), [1] * len(ids) + [0] * (self.length - len(ids))


if __name__ == "__main__":
    json.dump(tokenizer_json(sys.stdin.read().split()), open(sys.argv[1], "w"), indent=1, ensure_ascii=False)
