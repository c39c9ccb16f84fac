// @ts-check

/** Numbers from 0 to 1 that are the same for the same seed (xorshift32). @param {number} seed @returns {() => number} */
export function randomNumbers(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
