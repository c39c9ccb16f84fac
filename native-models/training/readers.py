"""Processes that turn rendered scenes' JSON into blocks of small integers, so that a training never waits for sentences.

A reader runs one stream of scenes per task, draws groups in the proportions of the mix, and writes blocks of int16 rows to its
standard output. A row is a group: its task, the source scene (world.py), then per pair the type, the target scene, the word ids of
the sentence, padded with 0, and, for the text encoder's training, its labels (parse.py).
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from queue import Empty, Queue

import numpy as np

from world import SCENE, TASKS, TYPES, scene_row

SEEDS = 1_000_000  # of one reader


def row_length(pairs, words, labels=0):
    return 1 + SCENE + pairs * (1 + SCENE + words + labels)


class Words:
    """Sentence to a list of `length` ids, word by word: the tokenizer file knows whole words alone, so each is looked up once."""

    def __init__(self, content, length):
        from tokenizers import Tokenizer

        self.tokenizer, self.length, self.known = Tokenizer.from_str(content), length, {}

    def __call__(self, sentence):
        ids = []
        for word in sentence.split():
            its = self.known.get(word)
            if its is None:
                its = self.known[word] = self.tokenizer.encode(word).ids[:-1]
            ids += its
        ids = ids[: self.length - 1] + [1]
        return ids + [0] * (self.length - len(ids))


def group_row(group, words, codes, label=None):
    row = [TASKS.index(group["task"]), *scene_row(group["source"], codes)]
    for pair in group["pairs"]:
        row.append(TYPES.index(pair["type"]))
        row += scene_row(pair["target"], codes)
        row += words(pair["prompt"])
        if label:
            row += label(pair, group["source"])
    return row


def endless(args, task):
    """Groups of a task; goes on behind a seed that gives none."""
    import scenes

    first, idle = args.first, 0
    while idle < 3:
        idle += 1
        for group in scenes.descriptions(args.stream, args.split, first, args.count, args.pairs, task=task, objects=args.objects, layout=args.layout):
            first, idle = first + 1, 0
            yield group
        first += 1


def work(args):
    """The life of a reader process."""
    content, mix = open(args.tokenizer).read(), json.loads(args.mix)
    words, codes, label = Words(content, args.words), {}, None
    if args.labels:
        from parse import parse as label
    streams = {task: endless(args, task) for task in mix}
    names, shares = list(mix), np.array(list(mix.values()), float)
    rng = np.random.default_rng(args.first)
    out = sys.stdout.buffer
    for _ in range(args.count // args.block):
        chosen = rng.choice(len(names), args.block, p=shares / shares.sum())
        block = [group_row(next(streams[names[i]]), words, codes, label) for i in chosen]
        try:
            out.write(np.array(block, np.int16).tobytes())
            out.flush()
        except BrokenPipeError:
            return


class Readers:
    """Several readers and the threads that take their blocks; `batch(n)` gives the rows of n groups.

    `mix` are shares of tasks; `stage` keeps the seeds of stages apart.
    """

    def __init__(self, stream, content, words, count, mix, pairs, layout, folder, split="train", stage=0, objects=3, labels=0, seeds=0, groups=SEEDS, block=16):
        self.length, self.block, self.left, self.waited = row_length(pairs, words, labels), block, None, 0.0
        path = os.path.join(folder, "words.json")
        if not os.path.exists(path) or open(path).read() != content:
            open(path + ".tmp", "w").write(content)
            os.replace(path + ".tmp", path)
        first = lambda r: (seeds + (20 * stage + r) * SEEDS) % 120_000_000
        self.children = [
            subprocess.Popen(
                [sys.executable, os.path.abspath(__file__), "--stream", stream, "--tokenizer", path, "--words", str(words), "--split", split,
                 "--first", str(first(r)), "--count", str(groups), "--pairs", str(pairs), "--objects", str(objects), "--layout", layout,
                 "--mix", json.dumps(mix), "--block", str(block)] + (["--labels"] if labels else []),
                stdout=subprocess.PIPE, bufsize=0, env={**os.environ, "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"})
            for r in range(count)
        ]
        self.queue = Queue(max(64, 8 * count))
        self.closed = False
        self.threads = [threading.Thread(target=self.take, args=(child,), daemon=True) for child in self.children]
        for thread in self.threads:
            thread.start()

    def take(self, child):
        size = self.block * self.length * 2
        while not self.closed:
            data = bytearray(size)
            view, done = memoryview(data), 0
            while done < size:
                n = child.stdout.readinto(view[done:])
                if not n:
                    return
                done += n
            rows = np.frombuffer(data, np.int16).reshape(self.block, self.length)
            self.queue.put(rows)

    def batch(self, groups):
        """int16 [groups, row]; raises when every reader has ended."""
        parts, have = ([] if self.left is None else [self.left]), (0 if self.left is None else len(self.left))
        began = time.perf_counter()
        while have < groups:
            try:
                part = self.queue.get(timeout=1)
            except Empty:
                if not any(t.is_alive() for t in self.threads) and self.queue.empty():
                    raise EOFError("every reader of scenes has ended; see its error above") from None
                continue
            parts.append(part)
            have += len(part)
        self.waited += time.perf_counter() - began
        rows = np.concatenate(parts)
        self.left = rows[groups:] if have > groups else None
        return rows[:groups]

    def close(self):
        self.closed = True
        for child in self.children:
            child.kill()
        while True:  # let threads that wait for room in the queue see that it is over
            try:
                self.queue.get_nowait()
            except Empty:
                break
        for child in self.children:
            child.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--stream", "--tokenizer", "--split", "--layout", "--mix"):
        parser.add_argument(name, required=True)
    for name in ("--words", "--first", "--count", "--pairs", "--objects", "--block"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--labels", action="store_true")
    work(parser.parse_args())
