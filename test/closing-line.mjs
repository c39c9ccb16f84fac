// @ts-check
/** Vitest reporter that ends the run with a plain line: `N passed, N failed[, N skipped]`.
 * A file that does not load, a failing hook and an unhandled error each count as failed. */
export default class ClosingLine {
  /** @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled */
  onTestRunEnd(modules, unhandled) {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'failed') failedHere++;
        else if (state === 'passed') count.passed++;
        else count.skipped++;
      }
      if (failedHere === 0 && module.state() === 'failed') failedHere = 1;
      count.failed += failedHere;
    }
    const { passed, failed, skipped } = count;
    const line = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
}
