import assert from 'node:assert/strict';
import { formatFault } from '../../src/playbook/faults.ts';
import type { Fault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import type { Playbook } from '../../src/playbook/schema.ts';

/** Parts of a playbook as flow YAML; each has a value that is right. */
export interface Parts {
  readonly top?: string;
  readonly sources?: string;
  readonly argocd?: string;
  readonly paths?: string;
  readonly rest?: string;
  readonly arms?: string;
  readonly trigger?: string;
  readonly gate?: string;
  readonly verify?: string;
  readonly services?: string;
}

export const errors = 'name: errors, bad: bad_total, total: all_total';

/** The text of a playbook that has no faults until a part is overridden. */
export function aPlaybook(parts: Parts = {}): string {
  return `version: 1
sources: ${parts.sources ?? '{ prom: { kind: prometheus, url: "http://prometheus:9090" } }'}
${parts.argocd ?? 'argocd: { url: "https://argocd.example.com" }'}
services:
  rec:
    environments:
      production:
        paths: ${parts.paths ?? '[apps/rec]'}
        ${parts.rest ?? 'applications: [rec]'}
        gate:
          source: prom
          arms: ${parts.arms ?? '{ canary: track="canary", baseline: track="stable" }'}
          triggers: [{ ${parts.trigger ?? `${errors}, if: rate > baseline + 1pp, then: rollback`} }]
          ${parts.gate ?? ''}
        verify: ${parts.verify ?? `{ healthy-for: 30s, within: 10m, arm: app="rec", criteria: [{ ${errors}, if: rate > 2% }] }`}
${parts.services ?? ''}
${parts.top ?? ''}
`;
}

export function playbookOf(text: string): Playbook {
  const parsed = parsePlaybook(text, 'lastgood.yml');
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.faults.map(formatFault).join('\n'));
  return parsed.playbook;
}

export function faultsOf(text: string): readonly Fault[] {
  const parsed = parsePlaybook(text, 'lastgood.yml');
  return parsed.ok ? [] : parsed.faults;
}

/** `poll needs its unit -> write 15s`: the last key, the message, the cure. */
export function briefly(text: string): readonly string[] {
  return faultsOf(text).map(({ path, message, cure }) => `${path.split('.').at(-1) ?? ''} ${message} -> ${cure}`);
}
