import { HEALTHY, withFaults, type Faults } from '../../src/world/services/faults.ts';

export interface Scenario {
  readonly name: 'errors' | 'latency' | 'bad-sync' | 'conflict' | 'not-recovered';
  /** What happens, in one sentence. */
  readonly story: string;
  readonly bad: Faults;
  /** Who notices: the gate in the Action, or a person with a comment. */
  readonly noticedBy: 'gate' | 'person';
  /** How it must end. */
  readonly ends: 'recovered' | 'escalated';
}

const ERRORS = withFaults({ errorRate: 0.2 });

export const SCENARIOS: Readonly<Record<Scenario['name'], Scenario>> = {
  errors: {
    name: 'errors',
    story: '2.0.0 answers one request in five with an error; the gate sees it on the 5 % canary',
    bad: ERRORS,
    noticedBy: 'gate',
    ends: 'recovered',
  },
  latency: {
    name: 'latency',
    story: '2.0.0 is slow for one request in three; the gate sees its p95 above 300 ms',
    bad: withFaults({ latency: { ...HEALTHY.latency, slowMs: 500, slowShare: 0.34 } }),
    noticedBy: 'gate',
    ends: 'recovered',
  },
  'bad-sync': {
    name: 'bad-sync',
    story: 'the sync of 2.0.0 fails and retries, so that Argo CD would ignore the revert; a person comments /rollback',
    bad: ERRORS,
    noticedBy: 'person',
    ends: 'recovered',
  },
  conflict: {
    name: 'conflict',
    story:
      'somebody changed the same file after the bad release; only the keys of the release go back, their change stays',
    bad: ERRORS,
    noticedBy: 'gate',
    ends: 'recovered',
  },
  'not-recovered': {
    name: 'not-recovered',
    story: 'the old version fails too by now; the revert is merged and healthy, but nobody may call that recovered',
    bad: ERRORS,
    noticedBy: 'gate',
    ends: 'escalated',
  },
};
