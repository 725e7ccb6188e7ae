/** Values by which a chart is told who is served by what: by convention only, so nothing but a name gives them away. */
import { childrenOf, numberAt, wordAt } from '../documents.ts';
import type { Place } from '../documents.ts';
import type { Split } from './kind.ts';
import { put } from './kind.ts';

/** `canary.weight`, `rec.canary.trafficPercent`, `canaryWeight`: what the canary gets, as a percentage. */
const WEIGHT = /(^|[._-])canary[._-]?(traffic)?[._-]?(weight|percent(age)?)$/i;
/** `activeColor`, `blueGreen.activeSlot`, `colour`. */
const COLOUR = /(^|[._-])(active|live|production|current)?[._-]?(colou?r|slot)$/i;

/** Every such value under a place, named by its path from there. */
export function dialsIn(place: Place | null, above = ''): readonly Split[] {
  return childrenOf(place).flatMap((child) => {
    const name = above === '' ? child.name : `${above}.${child.name}`;
    if (place === null) return [];
    return child.node.kind === 'leaf' ? dial(name, { place, key: child.name }) : dialsIn(child, name);
  });
}

/** The dial at a key of a map, if its name and its value look like one. */
export function dial(name: string, { place, key }: { readonly place: Place; readonly key: string }): readonly Split[] {
  if (place.node.kind !== 'map') return [];
  if (WEIGHT.test(name)) return weightDial(name, place, key);
  return COLOUR.test(name) ? colourDial(name, place, key) : [];
}

function weightDial(name: string, place: Place, key: string): readonly Split[] {
  const percent = numberAt(place, key);
  if (percent === null || percent > 100) return [];
  const isRatio = percent > 0 && percent <= 1;
  const canary = isRatio ? percent : percent / 100;
  return [
    {
      ...{ name, within: [place], keys: [key] },
      destinations: [
        { name: 'stable', share: 1 - canary },
        { name: 'canary', share: canary },
      ],
      turnTo: (destination) => [put(place, key, destination === 'stable' ? '0' : isRatio ? '1' : '100')],
    },
  ];
}

function colourDial(name: string, place: Place, key: string): readonly Split[] {
  const now = wordAt(place, key);
  if (now !== 'blue' && now !== 'green') return [];
  return [
    {
      ...{ name, within: [place], keys: [key] },
      destinations: ['blue', 'green'].map((colour) => ({ name: colour, share: colour === now ? 1 : 0 })),
      turnTo: (destination) => [put(place, key, destination, true)],
    },
  ];
}

/** Any key that a playbook names, with the value that it wants there. */
export interface Declared {
  /** As `rec.canary.weight`. */
  readonly key: string;
  readonly value: string;
}

/** The declared key, if it stands below one of the places: what is there now, and what the playbook wants. */
export function declaredDials(places: readonly Place[], { key, value }: Declared): readonly Split[] {
  return places.flatMap((place) => {
    const leaf = leafAt(place, key);
    const now = leaf === null ? null : wordAt(leaf);
    if (leaf === null || now === null) return [];
    const served = { name: now, share: 1 };
    return [
      {
        ...{ name: key, within: [leaf], keys: [] },
        destinations: now === value ? [served] : [served, { name: value, share: 0 }],
        turnTo: (destination) => [{ doc: leaf.doc, edit: { kind: 'set', steps: leaf.steps, value: destination } }],
      },
    ];
  });
}

/** Keys may hold dots themselves, so a path is followed by what stands there. */
function leafAt(place: Place, key: string): Place | null {
  for (const child of childrenOf(place)) {
    if (child.name === key) return child.node.kind === 'leaf' ? child : null;
    const found = key.startsWith(`${child.name}.`) ? leafAt(child, key.slice(child.name.length + 1)) : null;
    if (found !== null) return found;
  }
  return null;
}
