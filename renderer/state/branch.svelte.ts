import type { Placement } from '#common/raster/placement.ts';
import type { Version } from '#common/document/records.ts';
import type { Bounds } from '#common/geometry.ts';

/** A result that is to be gone on from: which rows of it are kept. */
export class BranchState {
  version = $state.raw<Version>();
  placement = $state.raw<Placement>(); // where its square lies on the picture it was made from
  canvas = $state.raw<Bounds>(); // that picture, document space
  grid = $state(0); // rows of cells
  rows = $state(0); // kept

  begin(version: Version, placement: Placement, canvas: Bounds, grid: number): void {
    const decided = Math.floor(version.ids.length / grid);
    Object.assign(this, {
      version,
      placement,
      canvas,
      grid,
      rows: Math.max(1, Math.min(decided, Math.floor(grid / 2))),
    });
  }

  /** At least one row is kept, and one is left to decode. */
  keep(rows: number): void {
    const most = Math.min(this.grid - 1, Math.floor((this.version?.ids.length ?? 0) / this.grid));
    this.rows = Math.max(1, Math.min(most, Math.round(rows)));
  }

  end(): void {
    this.version = undefined;
  }
}
