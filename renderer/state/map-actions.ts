import { palette } from '#models/maps';
import { setClassNames } from '#common/document/canvas-commands.ts';
import { kindOfFile, legendFileName, mapFileName } from '#common/maps/map-files.ts';
import type { MapKind } from '#common/maps/condition-map.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { createEditActions } from './edit-actions.ts';
import type { Sample } from './samples.svelte.ts';

/** What a person can do with maps of the embedded model. Each rejects with what went wrong. */
export function createMapActions(app: AppState) {
  const { document, engine, editSettings: settings, host, layout, maps, problems } = app;
  const edits = createEditActions(app);

  async function open({ title, bytes, instructions }: Opened, kind: MapKind): Promise<void> {
    await maps.read({ name: `${title.toLowerCase()}.png`, bytes }, kind);
    settings.task = kind;
    settings.instruction = instructions[0] ?? '';
  }

  /** Installed networks that make maps of a kind. */
  const networksOf = (kind: MapKind) => engine.models?.filter(({ maps: made, ready }) => made === kind && ready) ?? [];

  /** Lets a network make the map of a kind. @param model left out: the first that can */
  async function extract(kind: 'depth' | 'segmentation', model = networksOf(kind)[0]?.id): Promise<void> {
    if (model === undefined) throw new Error(t('maps.noNetwork', { kind: t(`maps.oneOf_${kind}`) }));
    for (const notice of await maps.extract(kind, model)) problems.notice(notice);
  }

  return {
    networksOf,
    extract,
    /** Whether the map of a kind can be found in the open picture. */
    canFind: (kind: MapKind): boolean => maps.hasPicture && (kind === 'canny' || networksOf(kind).length > 0),

    /** Finds the map of a kind in the open picture. */
    find: (kind: MapKind): Promise<void> => (kind === 'canny' ? maps.detectEdges(true) : extract(kind)),

    /** Lets a person choose the file of a map. */
    async openFile(): Promise<void> {
      const file = await host.dialogs.openPicture();
      if (file) await maps.read(file, (await maps.kindOf(file)) ?? maps.kind);
    },

    async saveFile(): Promise<void> {
      const name = mapFileName(document.project?.name ?? 'map.png', maps.kind);
      await host.dialogs.savePicture({ name, bytes: await maps.write() });
    },

    /** Calls a class of the open map something else. @param name empty: what the palette calls it */
    async renameClass(index: number, name: string): Promise<void> {
      await maps.written();
      if (!maps.open) return;
      const others = Object.entries(maps.open.names).filter(([other]) => other !== String(index));
      const isOwn = name !== '' && name !== palette[index]?.name;
      const names = Object.fromEntries(isOwn ? [...others, [String(index), name]] : others);
      document.act(t('maps.renameName'), (store) => setClassNames(store, maps.kind, names));
    },

    /** Opens the embedded model's own map of a kind, with words for it. */
    async openExample(kind: MapKind): Promise<void> {
      const services = engine.require();
      const sample = (await services.models.samples()).find(({ task }) => task === kind);
      if (!sample) throw new Error(t('maps.noExample'));
      await open({ ...sample, bytes: await services.blobs.get(sample.blob) }, kind);
    },

    /** Opens those of some files that are maps: by their names, and with the workbench in front by their pixels too.
     * @returns the others */
    async openDropped(files: readonly File[]): Promise<readonly File[]> {
      const others: File[] = [];
      const legends = new Set<File>();
      for (const file of files) {
        const isPicture = !file.name.endsWith('.json');
        const picture = { name: file.name, bytes: new Uint8Array(isPicture ? await file.arrayBuffer() : []) };
        const kind = isPicture && layout.showsMaps ? await maps.kindOf(picture) : kindOfFile(file.name);
        if (!kind) {
          others.push(file);
          continue;
        }
        const legend = files.find(({ name }) => name === legendFileName(file.name));
        if (legend) legends.add(legend);
        layout.showPanel('maps');
        await maps.read(picture, kind, legend && new Uint8Array(await legend.arrayBuffer()));
      }
      return others.filter((file) => !legends.has(file));
    },

    /** Opens a map on the workbench and paints a picture from it. @param words left out: it is only opened */
    async trySample(sample: Sample, words: string | undefined): Promise<void> {
      if (sample.task === 'edit') throw new Error('the sample is no map');
      layout.showPanel('maps');
      await open(sample, sample.task);
      if (words === undefined) return;
      settings.instruction = words;
      if (edits.canRun()) await edits.run();
    },
  };
}

type Opened = Pick<Sample, 'title' | 'bytes' | 'instructions'>;
