import { checkPlaybook } from './check.ts';
import { checkExpressions } from './check-promql.ts';
import type { ReadPromql } from './check-promql.ts';
import type { Doubt } from './doubt.ts';
import { expandPlaybook } from './expand.ts';
import { inOrder, shownValue } from './faults.ts';
import type { Fault } from './faults.ts';
import { doubtsOf } from './issues.ts';
import { pathKey, printPath } from './path.ts';
import type { Path } from './path.ts';
import { salvage } from './salvage.ts';
import { playbookSchema } from './schema.ts';
import type { Playbook } from './schema.ts';
import { undecided } from './undecided.ts';
import { readYaml } from './yaml.ts';
import type { Located } from './yaml.ts';

export { formatFault, playbookError } from './faults.ts';
export type { Fault } from './faults.ts';

export type ParsedPlaybook =
  | { readonly ok: true; readonly playbook: Playbook; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Readers of query languages, where the caller has them: a shell that lints brings them, the gate can do without. */
export interface Readers {
  readonly promql?: ReadPromql;
}

/**
 * Reads a playbook, or says everything that is wrong with it at once, top to bottom: syntax, shape and meaning.
 * A warning is a playbook that works but most likely not as meant. Never throws, whatever the text is.
 */
export function parsePlaybook(text: string, file: string, readers: Readers = {}): ParsedPlaybook {
  try {
    return read(text, file, readers);
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message.slice(0, 120) : 'unknown error'}`;
    const fault = { file, line: 1, column: 1, path: '', message, value: null, cure: 'write it flatter and shorter' };
    return { ok: false, faults: [fault] };
  }
}

function read(text: string, file: string, readers: Readers): ParsedPlaybook {
  const located = readYaml(text);
  const faults = located.faults.map(({ offset, path, message, cure }) =>
    faultAt({ file, located, doubt: { path, part: 'key', message, cure }, offset }),
  );
  if (located.data === undefined || (located.data === null && faults.length > 0))
    return { ok: false, faults: inOrder(faults) };

  const expanded = expandPlaybook(located.data);
  const { data } = expanded;
  const said = new Set(expanded.faults.map(({ path }) => pathKey(path)));
  const toFault = (doubt: Doubt): Fault =>
    faultAt({ file, located, doubt, offset: located.offsetOf(doubt.path, doubt.part) });
  /** Where the user wrote it; what the expansion has said already is not said again. */
  const toFaults = (doubts: readonly Doubt[]): readonly Fault[] =>
    doubts.flatMap((each) => {
      const { path, because } = expanded.original(each.path);
      if (said.has(pathKey(path))) return [];
      return [toFault(because === '' ? { ...each, path } : fromPreset(each, path, because))];
    });
  faults.push(...expanded.faults.map(toFault));

  const shaped = playbookSchema.safeParse(data);
  if (!shaped.success) {
    const shape = shaped.error.issues.flatMap((issue) => doubtsOf(issue, data));
    const rest = salvage(data, shaped.error.issues);
    const checked =
      rest === null
        ? []
        : [
            ...checkPlaybook(rest.playbook, { ...declared(data), whole: false }).faults,
            ...expressionsOf(rest.playbook, readers),
          ];
    const meaning = checked.flatMap((doubt) => {
      const path = rest?.original(doubt.path) ?? doubt.path;
      return rest?.disturbed(path) === true ? [] : [{ ...doubt, path }];
    });
    return { ok: false, faults: inOrder([...faults, ...toFaults([...shape, ...meaning])]) };
  }
  const checked = checkPlaybook(shaped.data, { ...declared(data), whole: true });
  const all = [...faults, ...toFaults([...checked.faults, ...expressionsOf(shaped.data, readers)])];
  if (all.length > 0) return { ok: false, faults: inOrder(all) };
  return { ok: true, playbook: shaped.data, warnings: inOrder(toFaults([...checked.warnings, ...undecided(data)])) };
}

/** A fault of a question that the preset wrote, told where the preset is named. */
function fromPreset({ path, message, cure }: Doubt, at: Path, because: string): Doubt {
  const key = path.at(-1);
  return {
    path: at.slice(0, at.lastIndexOf('preset') + 1),
    part: 'key',
    message: `${because}${typeof key === 'string' ? `'${key}' ` : ''}${message}`,
    cure,
  };
}

function expressionsOf(playbook: Playbook, { promql }: Readers): readonly Doubt[] {
  return promql === undefined ? [] : checkExpressions(playbook, promql);
}

/** A doubt at its place in the text. */
export function faultAt(at: {
  readonly file: string;
  readonly located: Located;
  readonly doubt: Doubt;
  readonly offset: number;
}): Fault {
  const { path, part, message, cure } = at.doubt;
  return {
    file: at.file,
    ...at.located.placeAt(at.offset),
    path: printPath(path),
    message,
    value: part === 'key' ? null : shownValue(path, at.located.sourceOf(path)),
    cure,
  };
}

/** What the file names at all, well shaped or not: a broken source is broken once, not at every use. */
function declared(data: unknown): { readonly sources: readonly string[]; readonly argocd: boolean } {
  const top = typeof data === 'object' && data !== null ? data : {};
  const sources = 'sources' in top && typeof top.sources === 'object' && top.sources !== null ? top.sources : {};
  return { sources: Object.keys(sources), argocd: 'argocd' in top };
}
