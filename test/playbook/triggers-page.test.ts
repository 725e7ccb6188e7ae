import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rulesOfGate, type References } from '../../src/judge/rules.ts';
import type { ReferenceSample } from '../../src/measure/reference.ts';
import { playbookOf } from './a-playbook.ts';

const page = readFileSync(new URL('../../docs/triggers.md', import.meta.url), 'utf8');
const lines = Array.from(page.matchAll(/^- \{ (.*) \}$/gm), ([, inside]) => inside ?? '');

const prices = /^prices:.*\n(?: {2}.*\n)+/m.exec(page)?.[0] ?? '';

function gateOf(triggers: readonly string[], gate = ''): string {
  return `version: 1
sources: { prom: { kind: prometheus, url: "http://prometheus:9090" } }
${prices}
services:
  rec:
    environments:
      production:
        paths: [apps/rec]
        gate:
          source: prom
          arms: { canary: track="canary"${gate.includes('last-good') ? '' : ', baseline: track="stable"'} }
          ${gate}
          triggers:
${triggers.map((trigger) => `            - { ${trigger} }`).join('\n')}
        verify: { healthy-for: 30s, within: 10m, arm: app="rec", criteria: [{ name: e, bad: b, total: t, if: rate > 2% }] }
`;
}

test('every line of the gallery is a whole trigger without faults, and can be asked', () => {
  assert.ok(lines.length >= 25, String(lines.length));
  const reference: ReferenceSample = { kind: 'values', sorted: Array.from({ length: 5000 }, (_, i) => i) };
  for (const line of lines) {
    const { gate } = playbookOf(gateOf([line])).services['rec']?.environments['production'] ?? {};
    assert.ok(gate, line);
    const references: References = new Map(gate.triggers.map(({ name }) => [name, reference]));
    assert.equal(rulesOfGate(gate, references).triggers.length, 1, line);
  }
});

test('all lines together are one gate, with every name once', () => {
  const { gate } = playbookOf(gateOf(lines)).services['rec']?.environments['production'] ?? {};
  assert.equal(gate?.triggers.length, lines.length);
});

test('the lines of the whole gate are no faults either', () => {
  const whole = Array.from(page.matchAll(/^\| `([^`]+)` /gm), ([, line]) => line ?? '');
  assert.equal(whole.length, 4);
  for (const line of whole) playbookOf(gateOf([lines[0] ?? ''], line));
});
