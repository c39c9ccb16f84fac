/** A part of the page that is loaded once, when it is first asked for. What is there is given at once, so that nothing flickers and no key
 * is lost. */
export function part<Module>(load: () => Promise<Module>): () => Module | Promise<Module> {
  let module: Module | undefined;
  return () => module ?? load().then((loaded) => (module = loaded));
}
