/** docs/presets.md, made from the table of presets. */
import { isMapping } from '../src/playbook/mapping.ts';
import { PRESET_NAMES, PRESETS } from '../src/playbook/presets.ts';
import type { Preset, PresetTrigger } from '../src/playbook/preset-questions.ts';
import { flow } from '../src/report/expanded.ts';
import { table } from './table.ts';

export function presetSections(): string {
  return PRESET_NAMES.map((name) => section(name, PRESETS[name])).join('\n\n');
}

function section(name: string, preset: Preset): string {
  const { version, source, notes } = preset;
  const label =
    version === null
      ? 'It has no label for the version: the arms name pods or their labels.'
      : `Versions are told apart by \`${version}\`.`;
  const rows = preset.triggers.map((trigger) => {
    const { name: own, ask, tiered, fixed, optional } = trigger;
    const { metrics, type, unit } = measured(trigger);
    return [
      optional === null ? code(own) : `${code(own)} (only if adjusted: ${optional})`,
      metrics,
      type,
      unit,
      `${code(ask.if)}, ${ask.then}${ask['criticality'] === 'info' ? ', reported only' : ''}`,
      tiered === '' ? '' : code(tiered),
      fixed === '' ? '' : code(fixed),
    ];
  });
  const head = ['Trigger', 'Metrics', 'Type', 'Unit', 'Asks', 'With a tier', 'In verify'];
  return `## ${name}\n\n${notes} ${label} Names: <${source}>\n\n${table(head, rows)}`;
}

const PARTS = ['bad', 'good', 'total', 'histogram', 'sum', 'tokens', 'count'] as const;

function measured({ ask }: PresetTrigger): {
  readonly metrics: string;
  readonly type: string;
  readonly unit: string;
} {
  const metrics = PARTS.flatMap((part) => partsOf(ask[part]).map((text) => `${part} ${code(text)}`));
  const unit = ask['unit'] === undefined ? '' : flow(ask['unit']);
  const histogram = ask['histogram'] !== undefined;
  return { metrics: metrics.join('<br>'), type: histogram ? 'histogram' : 'counters', unit };
}

/** One selector, or those of the kinds of tokens. */
function partsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return isMapping(value) ? Object.values(value).flatMap(partsOf) : [];
}

function code(text: string): string {
  return `\`${text}\``;
}
