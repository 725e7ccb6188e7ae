/** Values with overrides, so that a test names only what it is about. */
import assert from 'node:assert/strict';
import type { Observed, Remembered, Seen, Stage } from '../../src/control/observed.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import type { Cause, Incident } from '../../src/plan/incident.ts';
import type { LastGood, Planned, RollbackPlan } from '../../src/plan/plan.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import type { EnvironmentRules, Playbook } from '../../src/playbook/schema.ts';
import type { Application, Pull } from '../../src/ports.ts';

export const BAD = 'bad0000000000000000000000000000000000001';
export const GOOD = '900d000000000000000000000000000000000002';
export const BASE = 'ba5e000000000000000000000000000000000003';
export const HEAD = '4ead000000000000000000000000000000000004';
export const MERGE = '3e49e00000000000000000000000000000000005';

export const START = Date.parse('2026-03-01T12:00:00Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

/** ISO 8601 at so many seconds after the start of the story. */
export function at(seconds: number): string {
  return new Date(START + seconds * SECOND).toISOString();
}

type Section = Readonly<Record<string, unknown>>;

export interface PlaybookParts {
  readonly rollback?: Section | undefined;
  readonly verify?: Section | undefined;
  readonly applications?: readonly string[] | undefined;
  readonly mention?: readonly string[];
  readonly notify?: Section;
  readonly owners?: readonly string[];
  /** Further services, each in production with paths of its own. */
  readonly others?: Readonly<Record<string, { readonly owners?: readonly string[] }>>;
}

/** A small playbook as its text: the service `web` in production. JSON is YAML. */
export function playbookText(parts: PlaybookParts = {}): string {
  const production = (service: string, more: Section) => ({
    production: {
      paths: [`apps/${service}`],
      verify: {
        'healthy-for': '30s',
        within: '10m',
        source: 'prometheus',
        arm: `service="${service}"`,
        criteria: [{ name: 'errors', bad: 'failed_total', total: 'requests_total', if: 'rate > 2%' }],
        ...parts.verify,
      },
      ...more,
    },
  });
  const applications = parts.applications ?? ['web-production'];
  return JSON.stringify({
    version: 1,
    sources: { prometheus: { kind: 'prometheus', url: 'http://prometheus.example:9090' } },
    argocd: { url: 'https://argocd.example.com' },
    services: {
      web: {
        owners: parts.owners ?? [],
        environments: production('web', {
          applications,
          rollback: parts.rollback ?? {},
          notify: { mention: parts.mention ?? [], ...parts.notify },
        }),
      },
      ...Object.fromEntries(
        Object.entries(parts.others ?? {}).map(([service, { owners = [] }]) => [
          service,
          { owners, environments: production(service, { applications: [`${service}-production`] }) },
        ]),
      ),
    },
  });
}

export function aPlaybook(parts: PlaybookParts = {}): Playbook {
  const parsed = parsePlaybook(playbookText(parts), 'lastgood.yml');
  assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.faults));
  return parsed.playbook;
}

/** What that playbook says about web in production. */
export function rulesFor(parts: PlaybookParts = {}): EnvironmentRules {
  const rules = aPlaybook(parts).services['web']?.environments['production'];
  assert.ok(rules);
  return rules;
}

export function aGateCause(overrides: Partial<Extract<Cause, { kind: 'gate' }>> = {}): Cause {
  return { kind: 'gate', checkRunId: 77, trigger: 'errors', then: 'rollback', because: '0.031 > 0.02', ...overrides };
}

export function aCommandCause(overrides: Partial<Extract<Cause, { kind: 'command' }>> = {}): Cause {
  return { kind: 'command', by: 'ada', commentId: 900, issue: 5, reason: null, ...overrides };
}

export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: 'a1b2c3d4e5f6',
    key: { repo: 'acme/deploy', service: 'web', environment: 'production' },
    bad: BAD,
    openedAt: at(0),
    cause: aGateCause(),
    ...overrides,
  };
}

export function aGood(overrides: Partial<LastGood> = {}): LastGood {
  return { sha: GOOD, reason: { kind: 'parent' }, because: '900d000 is the state before it', ...overrides };
}

export function aPlan(overrides: Partial<RollbackPlan> = {}): RollbackPlan {
  return {
    incident: anIncident(),
    base: BASE,
    baseBranch: 'main',
    good: aGood(),
    edits: [{ kind: 'restore', path: 'apps/web/deployment.yaml', blob: BASE, mode: '100644', rung: 'blob' }],
    changes: [{ path: 'apps/web/deployment.yaml', key: 'image', from: 'web:1.4.2', to: 'web:1.4.1', moves: 'version' }],
    undoes: [{ sha: BAD, title: 'Release web 1.4.2', author: 'ada' }],
    hash: 'feedfacecafe',
    ...overrides,
  };
}

export function aPull(overrides: Partial<Pull> = {}): Pull {
  return {
    id: 'PR_7',
    number: 7,
    url: 'https://github.com/acme/deploy/pull/7',
    branch: 'rollback/production/web/bad0000',
    state: 'open',
    head: HEAD,
    base: 'main',
    ours: true,
    body: '',
    labels: ['lastgood: active'],
    mergeState: 'clean',
    autoMerge: 'off',
    createdAt: at(0),
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    ...overrides,
  };
}

export function aMergedPull(overrides: Partial<Pull> = {}): Pull {
  return aPull({ state: 'merged', mergedAt: at(60), mergedBy: 'lastgood', mergeCommit: MERGE, ...overrides });
}

export function anApplication(overrides: Partial<Application> = {}): Application {
  return {
    name: 'web-production',
    sync: { status: 'Synced', revisions: [MERGE] },
    health: { status: 'Healthy', since: at(90) },
    operation: {
      phase: 'Succeeded',
      revisions: [MERGE],
      message: 'successfully synced',
      startedAt: at(70),
      finishedAt: at(80),
      retryCount: 0,
    },
    images: ['web:1.4.1'],
    autoSync: true,
    ...overrides,
  };
}

export function aSeen(
  overrides: Partial<Application> = {},
  more: Partial<Omit<Extract<Seen, { kind: 'seen' }>, 'kind' | 'application'>> = {},
): Seen {
  const application = anApplication(overrides);
  const carries = application.operation?.revisions.includes(MERGE) ?? false;
  return {
    kind: 'seen',
    application,
    carries,
    applied: carries && application.operation?.phase === 'Succeeded',
    ...more,
  };
}

export function aVerdict(overrides: Partial<Verdict> = {}): Verdict {
  return {
    status: 'pass',
    blame: null,
    then: null,
    logE: 5,
    elapsedSeconds: 60,
    findings: [],
    because: 'errors: 0.001 < 0.02',
    ...overrides,
  };
}

export function planning(
  planned: Planned = { kind: 'planned', plan: aPlan() },
  before: Partial<Extract<Stage, { kind: 'planning' }>['before']> = {},
): Stage {
  return { kind: 'planning', planned, before: { isRollback: false, releasedAt: at(-300), openedToday: 0, ...before } };
}

export function opened(pull: Partial<Pull> = {}, more: Partial<Remembered> = {}): Stage {
  return {
    kind: 'opened',
    remembered: { pull: aPull(pull), good: aGood(), mode: 'auto', planHash: '0123456789ab', ...more },
  };
}

export function anObserved(overrides: Partial<Observed> = {}): Observed {
  return {
    now: START,
    incident: anIncident(),
    rules: rulesFor(),
    stage: planning(),
    activeRules: [],
    autoMergeAllowed: true,
    head: 'e'.repeat(40),
    mergeMethods: ['squash', 'merge', 'rebase'],
    applications: [],
    proof: null,
    escalated: false,
    ...overrides,
  };
}
