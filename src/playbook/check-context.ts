/** The playbook around what is checked: which source a question asks, and what is said where there is none. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { didYouMean } from './nearest.ts';
import type { Path } from './path.ts';
import type { Playbook, Source } from './schema.ts';

/** What the file names, whether or not it is well shaped there. */
export interface Declared {
  readonly sources: readonly string[];
  readonly argocd: boolean;
  /** False when misshapen parts were taken out: then nothing may be called missing. */
  readonly whole: boolean;
}

export interface Context {
  readonly playbook: Playbook;
  readonly declared: Declared;
}

export interface Named {
  readonly source: Source | null;
  readonly doubts: readonly Doubt[];
}

export function sourceOfQuestion(context: Context, name: string | undefined, at: Path): Named {
  return name === undefined ? { source: null, doubts: [] } : sourceNamed(context, name, [...at, 'source']);
}

export function sourceNamed(context: Context, name: string, at: Path): Named {
  if (context.declared.sources.includes(name)) return { source: lookUp(context, name), doubts: [] };
  const cure =
    context.declared.sources.length === 0 ? "add it under 'sources:'" : didYouMean(name, context.declared.sources);
  return { source: null, doubts: [doubt(at, 'value', 'is not one of the sources', cure)] };
}

export function lookUp(context: Context, name: string): Source | null {
  return Object.hasOwn(context.playbook.sources, name) ? (context.playbook.sources[name] ?? null) : null;
}

export function foreignArms(whose: string, key: string, at: Path): Doubt {
  return doubt(at, 'value', `cannot be asked with ${whose}`, `add ${key} here, in the words of this source`);
}
