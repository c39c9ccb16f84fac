"""Times cv2.Canny (one thread) beside out/canny-bench.mjs on the same pictures, turn by turn, and prints a table.

    python build/bench/canny_opencv.py        needs opencv-python-headless and Node; run `npm run build` first

The pictures are random fields with a falling spectrum, close to photographs of such sizes in how much of them is edges.
"""

import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import cv2
import numpy as np

SIZES = [(1152, 864), (4000, 3000), (6000, 4000)]  # 1, 12, 24 megapixels
ROOT = pathlib.Path(__file__).parents[2]


def picture(width: int, height: int) -> np.ndarray:
    """RGB bytes: smooth noise of its own in each channel, on top of a common one."""
    rng = np.random.default_rng(7)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1

    def field() -> np.ndarray:
        spectrum = np.fft.rfft2(rng.standard_normal((height, width), dtype=np.float32)) / frequency**1.2
        plane = np.fft.irfft2(spectrum, s=(height, width))
        return plane / plane.std()

    common = field()
    return np.stack([np.clip(128 + 50 * (common + 0.2 * field()), 0, 255) for _ in range(3)], -1).astype(np.uint8)


def opencv(image: np.ndarray, repeats: int = 5) -> tuple[float, int]:
    edges = cv2.Canny(image, 100, 200)
    times = []
    for _ in range(repeats):
        start = time.process_time()
        cv2.Canny(image, 100, 200)
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times), int((edges > 0).sum())


def ours(image: np.ndarray) -> dict:
    with tempfile.NamedTemporaryFile() as file:
        file.write(image.tobytes())
        file.flush()
        height, width = image.shape[:2]
        command = ["node", str(ROOT / "out/canny-bench.mjs"), file.name, str(width), str(height)]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


cv2.setNumThreads(1)
print(f"OpenCV {cv2.__version__}, one thread; milliseconds of processor time, medians\n")
print("| picture | edges | OpenCV | ours | ours / OpenCV | thresholds moved | EditAR's detector |")
print("| --- | --- | --- | --- | --- | --- | --- |")
for width, height in SIZES:
    image = picture(width, height)
    theirs, edges = opencv(image)
    mine = ours(image)
    again, _ = opencv(image)
    assert mine["edges"] == edges, "the maps differ"
    theirs = (theirs + again) / 2
    share = edges / (width * height)
    print(
        f"| {width} × {height} | {share:.1%} | {theirs:.0f} | {mine['opencvMs']:.0f} | {mine['opencvMs'] / theirs:.1f} | "
        f"{mine['thresholdsMs']:.0f} | {mine['editarMs']:.0f} |"
    )
