import type { EditModel } from '../api.ts';
import type { OpenedPack } from '../parts/pack.ts';
import type { DeviceChoice } from '../runtime/providers.ts';

/** A kind of model: what distinguishes it from others behind one interface. */
export interface ModelFamily {
  readonly id: OpenedPack['pack']['family'];
  /** @throws ModelError `pack-invalid`, `out-of-memory`, `device-unavailable`; the signal's reason */
  open(pack: OpenedPack, choice: DeviceChoice, signal?: AbortSignal): Promise<EditModel>;
  /** Bytes of the host's memory that the model takes while it works, as estimated from its files.
   * @throws ModelError `pack-invalid` */
  memory(pack: OpenedPack, choice: DeviceChoice): Promise<number>;
}
