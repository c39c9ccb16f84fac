import type { EditModel, ModelDevice } from '../api.ts';
import type { OpenedPack } from '../parts/pack.ts';

export interface OpenOptions {
  readonly device?: ModelDevice; // default auto
  readonly signal?: AbortSignal;
}

/** A kind of model: what distinguishes it from others behind one interface. */
export interface ModelFamily {
  readonly id: OpenedPack['pack']['family'];
  /** @throws ModelError `pack-invalid`, `out-of-memory`, `device-unavailable` */
  open(pack: OpenedPack, options: OpenOptions): Promise<EditModel>;
  /** Bytes of the host's memory that the model takes while it works, as estimated from its files.
   * @throws ModelError `pack-invalid`, `device-unavailable` */
  memory(pack: OpenedPack, device: ModelDevice): Promise<number>;
}
