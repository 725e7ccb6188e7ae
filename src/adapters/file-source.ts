/** Files that another step has written: reports and results of an evaluation. Read again at every look. */
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { missing } from '../measure/arms.ts';
import { documentArm } from '../measure/document-arm.ts';
import type { DocumentRules } from '../measure/document-arm.ts';
import { timeAt } from '../measure/document.ts';
import type { ArmReading } from '../measure/reading.ts';
import type { Missing } from '../measure/sample.ts';
import { fillTemplate } from '../playbook/template.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import { parseRows } from './file-rows.ts';

export interface FileOptions {
  /** Below `root`; `{{arm}}` stands for the arm. */
  readonly path: string;
  readonly format: 'json' | 'jsonl' | 'csv';
  /** Path to the time of the numbers; null: when the file was last changed. */
  readonly time: string | null;
  readonly rules: Omit<DocumentRules, 'counts'>;
  /** The working directory; nothing outside it is read. */
  readonly root: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly maxBytes?: number;
}

interface Loaded {
  readonly kind: 'loaded';
  readonly document: unknown;
  /** Epoch ms of the last change. */
  readonly changedAt: number;
}

/** One reading of each file for each look. A file that is not there yet is `no-series`; one outside the working directory is refused. */
export function fileSource(options: FileOptions): MetricSource {
  return {
    remembers: false,
    look: async (queries) => {
      const now = options.clock.now();
      const files = new Map<string, Promise<Loaded | Missing>>();
      const file = (path: string): Promise<Loaded | Missing> => {
        const known = files.get(path) ?? load(options, path);
        files.set(path, known);
        return known;
      };
      const arm = async (query: Query, name: string): Promise<ArmReading> => {
        if (!safeArm(name, options.path))
          return missing('query-error', `the arm '${name.slice(0, 80)}' is no file name`);
        const loaded = await file(fillTemplate(options.path, { arm: name }));
        if (loaded.kind === 'missing') return loaded;
        const { document, changedAt } = loaded;
        const at = options.time === null ? changedAt : timeAt(document, options.time);
        if (typeof at !== 'number') return at;
        return documentArm(query.trigger, { document, arm: name, at }, { ...options.rules, counts: 'running' });
      };
      const readings = queries.map(async (query) => {
        const { canary, baseline } = query.arms;
        const [own, other] = await Promise.all([arm(query, canary), baseline === null ? null : arm(query, baseline)]);
        return [query.trigger.name, { at: now, canary: own, baseline: other }] as const;
      });
      return new Map(await Promise.all(readings));
    },
  };
}

/** An arm is one part of a path, never a way to another folder. */
function safeArm(arm: string, template: string): boolean {
  return !template.includes('{{arm}}') || (!/[/\\\0]/.test(arm) && arm !== '..' && arm !== '.' && arm !== '');
}

async function load(options: FileOptions, path: string): Promise<Loaded | Missing> {
  const place = `file ${path.slice(0, 200)}`;
  const { maxBytes = 64_000_000 } = options;
  try {
    const root = await realpath(options.root);
    // Where the file really is: a link inside the folder may lead out of it.
    const real = isAbsolute(path) ? null : await realpath(resolve(root, path));
    if (real === null || !inside(root, real))
      return missing('query-error', `${place} is outside the working directory; copy it in, and name it from there`);
    const handle = await open(real, 'r');
    try {
      const about = await handle.stat();
      if (!about.isFile()) return missing('query-error', `${place} is not a plain file`);
      if (about.size > maxBytes) return missing('query-error', `${place} has more than ${maxBytes} bytes`);
      const text = (await handle.readFile()).toString('utf8');
      const parsed = documentOf(text, options.format, place);
      return parsed.kind === 'missing' ? parsed : { ...parsed, kind: 'loaded', changedAt: Math.floor(about.mtimeMs) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    if (code === 'ENOENT') return missing('no-series', `${place} does not exist (yet)`);
    if (code === 'EACCES' || code === 'EPERM') return missing('unauthorized', `${place} may not be read`);
    return missing('query-error', `${place} cannot be read (${code})`);
  }
}

function inside(root: string, real: string): boolean {
  const way = relative(root, real);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function documentOf(
  text: string,
  format: FileOptions['format'],
  place: string,
): { readonly kind: 'document'; readonly document: unknown } | Missing {
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (format !== 'json') return parseRows(clean, format, place);
  try {
    return { kind: 'document', document: JSON.parse(clean) as unknown };
  } catch {
    return missing('query-error', `${place} is not JSON, or is being written`);
  }
}
