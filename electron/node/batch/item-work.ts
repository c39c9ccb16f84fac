import type { ItemReport } from '#common/contract/batch.ts';

/** How a picture is made, in stages. Those of different pictures overlap, except that one decodes at a time in each lane; so files are
 * read and written while a model works on another picture. */
export interface ItemWork extends AsyncDisposable {
  /** Name of the work on an item: the same recipe on the same contents has the same. Reads the files, and makes nothing.
   * @throws AppError, or the signal's reason */
  keyOf(item: ItemReport, signal?: AbortSignal): Promise<string>;
  /** Reads what the picture needs. @throws AppError, or the signal's reason */
  prepare(item: ItemReport, signal: AbortSignal): Promise<PreparedItem>;
}

export interface PreparedItem {
  readonly key: string;
  /** @param lane number of the device it is made on @throws AppError, ModelError, or the signal's reason */
  decode(signal: AbortSignal, onStep: (step: number, of: number) => void, lane: number): Promise<DecodedItem>;
}

export interface DecodedItem {
  readonly tokens: number; // ids the model chose
  readonly device?: string | undefined; // that chose them
  /** Puts the pictures together, in memory. @throws AppError, or the signal's reason */
  encode(): Promise<EncodedItem>;
}

export interface EncodedItem {
  readonly width: number;
  readonly height: number;
  readonly notices: readonly string[];
  /** Writes all variants, each whole or not at all. @throws AppError */
  write(): Promise<void>;
}
