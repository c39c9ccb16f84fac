import { getContext, setContext } from 'svelte';
import type { Host } from '../host/host.ts';
import { BatchState } from './batch.svelte.ts';
import { BranchState } from './branch.svelte.ts';
import { CanvasState } from './canvas.svelte.ts';
import { ClipState } from './clip.ts';
import { Commands } from './commands.svelte.ts';
import { DevicesState } from './devices.svelte.ts';
import { DocumentState } from './document.svelte.ts';
import { EditSettings } from './edit-settings.svelte.ts';
import { EditorState } from './editor.svelte.ts';
import { EngineState } from './engine.svelte.ts';
import { ExportState } from './export-choice.svelte.ts';
import { InstructionHistory } from './instruction-history.svelte.ts';
import type { KeptTexts } from './instruction-history.svelte.ts';
import { JobsState } from './jobs.svelte.ts';
import { LongWork } from './long-work.svelte.ts';
import { MapFidelity } from './map-fidelity.svelte.ts';
import { MapsState } from './maps.svelte.ts';
import { ModelsState } from './models.svelte.ts';
import { Opening } from './opening.svelte.ts';
import { FolderChoice } from './folder-choice.svelte.ts';
import { ItemPictures } from './item-pictures.ts';
import { platformOf } from './keys.ts';
import { LayerStrokes } from './layer-strokes.svelte.ts';
import { LayerMoves } from './layer-moves.svelte.ts';
import { LayersState } from './layers.svelte.ts';
import { LayoutState } from './layout.svelte.ts';
import { Problems } from './problems.svelte.ts';
import { Questions } from './questions.svelte.ts';
import { RecipeBase } from './recipe-base.svelte.ts';
import { RecentState } from './recent.svelte.ts';
import { ResultsState } from './results.svelte.ts';
import { SamplesState } from './samples.svelte.ts';
import { SeenPicture } from './seen-picture.svelte.ts';
import { Segments } from './segments.svelte.ts';
import { SettingsState } from './settings.svelte.ts';

/** Everything the page remembers, made once per page. */
export interface AppState {
  readonly host: Host;
  readonly storage: KeptTexts | undefined; // of this machine, for what a person typed and set
  readonly problems: Problems;
  readonly engine: EngineState;
  readonly devices: DevicesState;
  readonly document: DocumentState;
  readonly opening: Opening;
  readonly editor: EditorState;
  readonly editSettings: EditSettings;
  readonly recipeBase: RecipeBase;
  readonly instructions: InstructionHistory;
  readonly jobs: JobsState;
  readonly results: ResultsState;
  readonly branch: BranchState;
  readonly canvas: CanvasState;
  readonly clip: ClipState;
  readonly exporting: ExportState;
  readonly layers: LayersState;
  readonly strokes: LayerStrokes;
  readonly moves: LayerMoves;
  readonly work: LongWork;
  readonly segments: Segments;
  readonly maps: MapsState;
  readonly models: ModelsState;
  readonly fidelity: MapFidelity;
  readonly seen: SeenPicture;
  readonly batch: BatchState;
  readonly itemPictures: ItemPictures;
  readonly folderChoice: FolderChoice;
  readonly commands: Commands;
  readonly layout: LayoutState;
  readonly questions: Questions;
  readonly settings: SettingsState;
  readonly samples: SamplesState;
  readonly recent: RecentState;
}

/** @param storage where what a person typed and set is kept on this machine; left out: nowhere */
export function createAppState(host: Host, storage?: KeptTexts): AppState {
  const problems = new Problems();
  const engine = new EngineState(host, problems);
  const document = new DocumentState(engine, problems);
  const jobs = new JobsState(engine, problems);
  const results = new ResultsState(document);
  jobs.onPainted = (painting, job) => results.add(painting, job);
  const models = new ModelsState(engine, problems);
  jobs.onMeasured = (model, msPerToken) => models.measured(model, msPerToken);
  const canvas = new CanvasState();
  const editor = new EditorState(document);
  const strokes = new LayerStrokes(document, engine, problems);
  const layers = new LayersState(document);
  const editSettings = new EditSettings(engine);
  const recipeBase = new RecipeBase(document, results, editSettings);
  document.onClosed = () => {
    jobs.abandon();
    results.forget();
    recipeBase.end();
    canvas.forgetPicture();
  };
  results.onLook = () => void (editor.showsBefore = false);
  results.onAccepted = (version, place) => recipeBase.accepted(version, place);
  const settings = new SettingsState(engine, problems);
  const seen = new SeenPicture(document, engine);
  return {
    ...{ host, storage, problems, engine, document, jobs, results, editor, editSettings, recipeBase, seen },
    models,
    devices: new DevicesState(engine, problems),
    maps: new MapsState({ document, engine, problems, seen }),
    fidelity: new MapFidelity(document, engine),
    settings,
    samples: new SamplesState(engine, problems),
    recent: new RecentState(engine, problems),
    instructions: new InstructionHistory(storage),
    batch: new BatchState(engine, problems, settings),
    itemPictures: new ItemPictures(),
    folderChoice: new FolderChoice(host),
    branch: new BranchState(),
    commands: new Commands(problems, platformOf(navigator.userAgent)),
    canvas,
    clip: new ClipState(),
    exporting: new ExportState(),
    opening: new Opening(),
    layers,
    strokes,
    moves: new LayerMoves(document, strokes, layers),
    work: new LongWork(),
    segments: new Segments(document),
    layout: new LayoutState(),
    questions: new Questions(),
  };
}

const key = Symbol('app state');

export const provideAppState = (state: AppState): AppState => setContext(key, state);

export const useAppState = (): AppState => getContext<AppState>(key);
