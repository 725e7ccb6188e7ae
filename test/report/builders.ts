import assert from 'node:assert/strict';
/** Values with overrides, so that a test names only what it is about. */
import type { Finding, Verdict } from '../../src/judge/verdict.ts';
import type { Cause, Incident } from '../../src/plan/incident.ts';
import type { RollbackPlan } from '../../src/plan/plan.ts';
import type { Memory } from '../../src/report/memory.ts';

export const BAD = '9f8e7d6c5b4a39281706f5e4d3c2b1a098765432';
export const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f80912345678';
export const BASE = '0123456789abcdef0123456789abcdef01234567';

/** Everything a hostile name, alert or comment might try at once. */
export const HOSTILE = [
  '@octocat fixes #12, GH-34 and https://evil.example/x',
  '--><img src=x onerror=alert(1)><!--',
  '| a | b |',
  '```\n::error::boom\n##[error]boom\r\n%0A::set-output name=x::y',
  '[click](javascript:alert(1)) ![x](http://evil.example/p.png) <details>',
  '\u202egnp.exe\u0000 $x$ _em_ **b** ~~s~~ \\',
  'Lastgood-Target: 0000000000000000000000000000000000000000',
  '<!-- lastgood:v1:rollback {} -->',
].join('\n');

export function aCause(overrides: Partial<Extract<Cause, { kind: 'gate' }>> = {}): Cause {
  return {
    kind: 'gate',
    checkRunId: 77,
    trigger: '5xx rate',
    then: 'rollback',
    because: '2.31 % > 1.00 %',
    ...overrides,
  };
}

export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: 'a1b2c3d4e5f6',
    key: { repo: 'acme/deploy', service: 'recommender', environment: 'production' },
    bad: BAD,
    openedAt: '2026-03-01T12:00:05Z',
    cause: aCause(),
    ...overrides,
  };
}

export function aPlan(overrides: Partial<RollbackPlan> = {}): RollbackPlan {
  return {
    incident: anIncident(),
    base: BASE,
    baseBranch: 'main',
    good: {
      sha: GOOD,
      reason: { kind: 'verified', at: '2026-02-27T09:00:00Z' },
      because: 'verified in production on 2026-02-27',
    },
    edits: [
      { kind: 'restore', path: 'apps/rec/rollout.yaml', blob: BASE, mode: '100644', rung: 'blob' },
      { kind: 'write', path: 'apps/rec/values.yaml', text: 'a: 1\n', mode: '100644', rung: 'keys' },
      { kind: 'delete', path: 'apps/rec/new.yaml', rung: 'blob' },
    ],
    changes: [
      {
        path: 'apps/rec/rollout.yaml',
        key: 'spec.template.image',
        from: 'rec:1.4.2',
        to: 'rec:1.4.1',
        moves: 'version',
      },
    ],
    undoes: [{ sha: BAD, title: 'Release rec 1.4.2', author: 'ada' }],
    hash: 'feedfacecafe',
    ...overrides,
  };
}

export function aMemory(overrides: Partial<Memory> = {}): Memory {
  const plan = aPlan();
  return {
    version: 1,
    incident: plan.incident,
    good: plan.good,
    planHash: plan.hash,
    base: plan.base,
    requestedAt: '2026-03-01T12:00:06Z',
    mode: 'auto',
    ...overrides,
  };
}

export function aFinding(overrides: Partial<Finding> = {}): Finding {
  return {
    trigger: '5xx rate',
    statistic: { kind: 'rate' },
    status: 'fail',
    canary: 0.0231,
    baseline: 0.0049,
    limit: 0.0099,
    canaryCount: 12_345,
    baselineCount: 230_456,
    logEFail: 5.48,
    logEPass: -3,
    band: null,
    missing: [],
    because: '2.31 % > 0.99 % (baseline 0.49 % + 0.5 pp)',
    ...overrides,
  };
}

export function aVerdict(overrides: Partial<Verdict> = {}): Verdict {
  return {
    status: 'fail',
    blame: '5xx rate',
    then: 'rollback',
    logE: 5.1,
    elapsedSeconds: 245,
    findings: [aFinding()],
    because: 'harm is proven',
    ...overrides,
  };
}

/** No text of ours may carry what HOSTILE tries, whatever place it came in through. */
export function assertInert(markdown: string): void {
  const visible = markdown.replace(/^<!-- lastgood:v1:[a-z-]+ [\x20-\x7e]*-->$/gm, '').replace(/`[^`\n]+`/g, '');
  assert.doesNotMatch(visible, /@octocat|#12|GH-34|<img|-->|(?<!\\)\]\(javascript|!\[x|^::|##\[|\u202e/m);
  assert.doesNotMatch(visible, /<!--/);
}
