/** Parts of the page that have a name of their own, from which Tab goes on inside. */
const places = 'main, nav, section, aside, form, ul, ol, [role]:not([role=none], [role=presentation])';

/** Keeps the keyboard where it was when what had the focus is taken away or switched off: a removed row, a button that did its work. The part
 * of the page around it gets the focus then, or the chosen row of a list, never another button: a key that is still held would
 * press it. What goes away can say where to go on instead: `data-then` is the id of that part. Whoever points is left alone, since keys belong to the canvas when nothing has the focus.
 * @returns how to stop */
export function keepFocus(): () => void {
  const end = new AbortController();
  const { signal } = end;
  let around: Element[] = []; // what has the focus and all that is around it, from inside out
  let isByKey = false;
  const look = (): void => {
    const [held] = around;
    if (held && isGone(held)) requestAnimationFrame(keep); // dialogs and menus give the focus back by themselves first
  };
  const keep = (): void => {
    const before = around;
    const [held] = before;
    const { activeElement } = document;
    if (signal.aborted || !held || !isGone(held)) return;
    around = [];
    if (isByKey && (activeElement === null || activeElement === document.body || activeElement === held)) land(before);
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
  addEventListener('keydown', () => (isByKey = true), { signal, capture: true });
  addEventListener('pointerdown', () => (isByKey = false), { signal, capture: true });
  addEventListener('focusin', ({ target }) => (around = target instanceof Element ? outwards(target) : []), { signal });
  return () => {
    end.abort();
    observer.disconnect();
  };
}

const isGone = (element: Element): boolean => !element.isConnected || element.matches(':disabled');

function outwards(from: Element): Element[] {
  const found: Element[] = [];
  for (let at: Element | null = from; at && at !== document.body; at = at.parentElement) found.push(at);
  return found;
}

/** The part that what went away named to go on with, as long as it is there. */
function named(before: readonly Element[]): Element | undefined {
  const ids = before.flatMap((element) => element.getAttribute('data-then') ?? []);
  return ids.flatMap((id) => document.getElementById(id) ?? [])[0];
}

/** @param before what had the focus and all that was around it, from inside out */
function land(before: readonly Element[]): void {
  const place = named(before) ?? before.find((element) => element.isConnected && element.matches(places));
  const found = place ?? document.querySelector('[role=application]') ?? document.querySelector('main');
  const landed = found?.querySelector('[aria-current=true] [data-row]') ?? found;
  if (!(landed instanceof HTMLElement)) return;
  if (landed.tabIndex < 0) landed.tabIndex = -1; // can be given the focus, and is passed by Tab as before
  landed.focus({ preventScroll: true });
}
