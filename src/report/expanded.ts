/** What presets and tiers make of a playbook, so that nothing a gate asks is hidden. */
import type { Expanded } from '../playbook/expand.ts';
import { isMapping, type Mapping } from '../playbook/mapping.ts';
import { isPreset, PRESETS } from '../playbook/presets.ts';

/** Every environment with each question as the playbook could have written it. */
export function expandedText({ data, left }: Expanded): string {
  const services = entriesOf(isMapping(data) ? data['services'] : null);
  const parts = services.flatMap(([service, { tier, environments }]) =>
    entriesOf(environments).flatMap(([environment, rules]) => {
      const own = rules['tier'] ?? tier;
      const head = `${service} ${environment}${typeof own === 'string' ? `, tier ${own}` : ''}`;
      const blocks = (['gate', 'verify'] as const).flatMap((place) => {
        const block = rules[place];
        const why = left.filter(
          ({ path }) => path[1] === service && path[3] === environment && path[4] === place && path.length === 5,
        );
        return isMapping(block) ? blockLines(place, block, why) : [];
      });
      const rollback = isMapping(rules['rollback']) ? [`  rollback: ${flow(rules['rollback'])}`] : [];
      return [head, ...blocks, ...rollback, ''];
    }),
  );
  return parts.join('\n').trimEnd();
}

function blockLines(
  place: 'gate' | 'verify',
  block: Mapping,
  left: readonly { readonly name: string; readonly why: string }[],
): readonly string[] {
  const { preset, arms } = block;
  const from = isPreset(preset) ? `, preset ${preset} (names: ${PRESETS[preset].source})` : '';
  const keys = ['false-alarm', 'false-pass', 'soak', 'deadline'].filter((key) => block[key] !== undefined);
  const questions: unknown = block[place === 'gate' ? 'triggers' : 'criteria'];
  return [
    `  ${place}${from}`,
    ...(isMapping(arms) ? [`    arms: ${flow(arms)}`] : []),
    ...keys.map((key) => `    ${key}: ${flow(block[key])}`),
    ...(Array.isArray(questions) ? questions : []).map((question) => `    - ${flow(question)}`),
    ...left.map(({ name, why }) => `    left out: ${name}, which ${why}`),
  ];
}

/** A value as YAML on one line. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMapping(value))
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${flow(inner)}`)
      .join(', ')} }`;
  if (typeof value !== 'string') return String(value);
  return /^[A-Za-z][\w .%<>+*-]*$/.test(value) || /^[0-9.]+[a-z%]+$/.test(value)
    ? value
    : `'${value.replaceAll("'", "''")}'`;
}

function entriesOf(value: unknown): readonly (readonly [string, Mapping])[] {
  return Object.entries(isMapping(value) ? value : {}).flatMap(([key, inner]) =>
    isMapping(inner) ? [[key, inner] as const] : [],
  );
}
