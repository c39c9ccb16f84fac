/** Ends the process without waiting for native code at work: `process.exit` waits until threads have finished what they do, an
 * encoder for seconds. Only for when nothing of it is wanted any more. Falls back on `process.exit`. */
export async function exitAtOnce(code: number): Promise<never> {
  try {
    const { default: koffi } = await import('koffi');
    if (process.platform === 'win32') {
      const kernel = koffi.load('kernel32.dll');
      const self: unknown = kernel.func('GetCurrentProcess', 'void *', [])();
      kernel.func('TerminateProcess', 'bool', ['void *', 'uint'])(self, code);
    } else {
      koffi.load(null).func('_exit', 'void', ['int'])(code);
    }
  } catch {
    // without the C API there is only the slow way
  }
  process.exit(code);
}
