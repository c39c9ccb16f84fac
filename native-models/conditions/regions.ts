import type { RgbImage } from '../api.ts';

/** How regions are found. */
export interface RegionOptions {
  readonly scale: number; // larger: fewer, larger regions; in levels, 500 suits 512 pixels
  readonly smallest: number; // pixels
  readonly sigma: number; // of the blur beforehand
}

export const regionDefaults: RegionOptions = { scale: 500, smallest: 200, sigma: 0.8 };

/** Regions of similar colour by Felzenszwalb and Huttenlocher's method (spec/conditions.md section 5): boundaries only, no meaning. Names for
 * them are for a person to give.
 * @returns number of the region of every pixel, [height][width]; 0, 1, 2 … in the order of their first pixels */
export function findRegions(image: RgbImage, { scale, smallest, sigma }: RegionOptions = regionDefaults): Int32Array {
  const { width, height } = image;
  const edges = gridEdges(blurredChannels(image, sigma), width, height);
  const order = sortedByWeight(edges.weights);
  const forest = new Forest(width * height, scale);
  for (const edge of order) forest.joinSimilar(edges.from[edge]!, edges.to[edge]!, edges.weights[edge]!);
  for (const edge of order) forest.joinSmall(edges.from[edge]!, edges.to[edge]!, smallest);
  return forest.labels();
}

function blurredChannels({ width, height, data }: RgbImage, sigma: number): Float32Array[] {
  const radius = Math.ceil(4 * sigma);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(((i - radius) / sigma) ** 2) / 2));
  const total = weights.reduce((a, b) => a + b, 0);
  return [0, 1, 2].map((c) => {
    const plane = Float32Array.from({ length: width * height }, (_, i) => data[i * 3 + c]!);
    const along = blurLines(plane, height, width, width, 1, weights, total);
    return blurLines(along, width, height, 1, width, weights, total);
  });
}

/** Blurs `lines` lines of `length` values that lie `step` apart; the ends are repeated. */
function blurLines(
  plane: Float32Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  weights: Float64Array,
  total: number,
): Float32Array {
  const radius = weights.length >> 1;
  const out = new Float32Array(plane.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const at = Math.max(0, Math.min(length - 1, i + k));
        sum += weights[k + radius]! * plane[line * lineStep + at * step]!;
      }
      out[line * lineStep + i * step] = sum / total;
    }
  }
  return out;
}

interface Edges {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weights: Float32Array; // distance of colours
}

/** Every pixel with its neighbours to the right, below, below right, above right, in that order. */
function gridEdges(channels: readonly Float32Array[], width: number, height: number): Edges {
  const most = width * height * 4;
  const [from, to, weights] = [new Int32Array(most), new Int32Array(most), new Float32Array(most)];
  let count = 0;
  const add = (a: number, b: number): void => {
    from[count] = a;
    to[count] = b;
    weights[count++] = Math.sqrt(channels.reduce((sum, plane) => sum + (plane[a]! - plane[b]!) ** 2, 0));
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x < width - 1) add(i, i + 1);
      if (y < height - 1) add(i, i + width);
      if (x < width - 1 && y < height - 1) add(i, i + width + 1);
      if (x < width - 1 && y > 0) add(i, i - width + 1);
    }
  }
  return { from: from.subarray(0, count), to: to.subarray(0, count), weights: weights.subarray(0, count) };
}

/** Indices by weight; equal weights keep their order. Weights are not negative, so their bits sort as they do. */
function sortedByWeight(weights: Float32Array): Uint32Array {
  const bits = new Uint32Array(weights.slice().buffer);
  let order = Uint32Array.from(weights.keys());
  for (const shift of [0, 11, 22]) {
    const starts = new Uint32Array(2049);
    for (const value of bits) starts[((value >>> shift) & 2047) + 1]!++;
    for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
    const next = new Uint32Array(order.length);
    for (const index of order) next[starts[(bits[index]! >>> shift) & 2047]!++] = index;
    order = next;
  }
  return order;
}

/** Pixels joined to regions, each with the weight up to which it takes others in. */
class Forest {
  readonly #parent: Int32Array;
  readonly #size: Int32Array;
  readonly #limit: Float64Array;
  readonly #scale: number;

  constructor(pixels: number, scale: number) {
    this.#parent = Int32Array.from({ length: pixels }, (_, i) => i);
    this.#size = new Int32Array(pixels).fill(1);
    this.#limit = new Float64Array(pixels).fill(scale);
    this.#scale = scale;
  }

  joinSimilar(a: number, b: number, weight: number): void {
    const [one, other] = [this.#find(a), this.#find(b)];
    if (one === other || weight > this.#limit[one]! || weight > this.#limit[other]!) return;
    const root = this.#join(one, other);
    this.#limit[root] = weight + this.#scale / this.#size[root]!;
  }

  joinSmall(a: number, b: number, smallest: number): void {
    const [one, other] = [this.#find(a), this.#find(b)];
    if (one !== other && Math.min(this.#size[one]!, this.#size[other]!) < smallest) this.#join(one, other);
  }

  labels(): Int32Array {
    const numbers = new Map<number, number>();
    return this.#parent.map((_, pixel) => {
      const root = this.#find(pixel);
      const number = numbers.get(root) ?? numbers.size;
      numbers.set(root, number);
      return number;
    });
  }

  #join(a: number, b: number): number {
    const [root, child] = this.#size[a]! >= this.#size[b]! ? [a, b] : [b, a];
    this.#parent[child] = root;
    this.#size[root]! += this.#size[child]!;
    return root;
  }

  #find(pixel: number): number {
    let root = pixel;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    for (let at = pixel; at !== root;) {
      const next = this.#parent[at]!;
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }
}
