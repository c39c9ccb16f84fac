import type { Extent } from '#common/geometry.ts';
import type { DocumentState } from './document.svelte.ts';

/** What is looked at: the open document, or the picture it began with. */
export class EditorState {
  showsBefore = $state(false);
  readonly #document: DocumentState;

  constructor(document: DocumentState) {
    this.#document = document;
  }

  /** Undefined while nothing is open. */
  shown: { readonly name: string; readonly extent: Extent } | undefined = $derived.by(() => {
    const project = this.#document.project;
    return (
      project && { name: this.#document.name, extent: { width: project.canvas.width, height: project.canvas.height } }
    );
  });
  /** Whether something was laid over the picture, so that there is a before. */
  hasBefore = $derived.by(() => this.#document.layers.length > 1);
}
