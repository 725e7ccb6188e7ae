/** The gate that a command is about, and all that it is asked with. */
import { metricSource } from '../src/adapters/sources.ts';
import { RollbackError } from '../src/errors.ts';
import type { References } from '../src/judge/rules.ts';
import type { Gate } from '../src/playbook/schema.ts';
import { targetOf, type Target } from '../src/playbook/target.ts';
import { readDuration } from '../src/playbook/units.ts';
import type { MetricSource } from '../src/ports.ts';
import { loadPlaybook, readPlaybookFile } from './playbook-file.ts';
import { localReferences } from './references.ts';
import { needed, option, type Call } from './terminal.ts';

export interface GateOf {
  readonly target: Target;
  readonly gate: Gate;
}

/** Throws playbook-invalid where the environment has no gate. */
export async function gateOf(call: Call): Promise<GateOf> {
  const target = targetOf(await loadPlaybook(option(call, 'playbook')), {
    service: needed(call, 'service', 'recommender'),
    environment: option(call, 'environment') ?? undefined,
  });
  const { gate } = target.rules;
  if (gate === undefined)
    throw new RollbackError('playbook-invalid', `There is no gate for '${target.service}' in '${target.environment}'`, {
      hint: "Add 'gate:' to this environment.",
    });
  return { target, gate };
}

/** The sources that the gate names. */
export function sourcesOf({ target, gate }: GateOf, call: Call): ReadonlyMap<string, MetricSource> {
  const names = new Set(gate.triggers.map((trigger) => trigger.source ?? gate.source));
  return new Map(
    Object.entries(target.sources)
      .filter(([name]) => names.has(name))
      .map(([name, source]) => [name, metricSource(source, call.env)]),
  );
}

/** The same, and every one of them can be asked about the past. `otherwise`: what to do where one cannot. */
export function pastSourcesOf(of: GateOf, call: Call, otherwise: string): ReadonlyMap<string, MetricSource> {
  const sources = sourcesOf(of, call);
  for (const [name, source] of sources)
    if (!source.remembers)
      throw new RollbackError('input-invalid', `The source '${name}' keeps no history, so the past cannot be asked`, {
        hint: otherwise,
      });
  return sources;
}

/** The reference samples that the gate names. */
export async function referencesOf({ gate }: GateOf, call: Call): Promise<References> {
  const { path } = await readPlaybookFile(option(call, 'playbook'));
  return localReferences(gate, path);
}

/** `2026-03-01T12:00:00Z`, epoch seconds, `now`, or how long ago: `7d`, `90m`. Epoch ms. Throws input-invalid. */
export function instantOf(call: Call, name: string, now: number): number | null {
  const text = option(call, name);
  if (text === null) return null;
  if (text === 'now') return now;
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const ago = readDuration(text, 1);
  if (ago.ok) return now - ago.value;
  // A date without a zone would mean another instant on another machine.
  const at = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:?\d\d))?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return at;
  throw new RollbackError('input-invalid', `--${name} '${text}' is not a time`, {
    hint: 'Write 2026-03-01T12:00:00Z, epoch seconds, now, or how long ago, such as 7d or 90m.',
  });
}
