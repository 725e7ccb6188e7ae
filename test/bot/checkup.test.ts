import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCheckup } from '../../bot/checkup.ts';
import type { Examined } from '../../bot/examine.ts';
import { createMeters } from '../../bot/meters.ts';
import { destinationsOf } from '../../src/playbook/notify-of.ts';
import type { DoctorFinding } from '../../src/report/doctor.ts';
import { playbookText } from '../control/builders.ts';

const ERROR: DoctorFinding = {
  rule: 'argocd/auto-sync-off',
  severity: 'error',
  place: 'application web',
  at: null,
  what: 'nobody applies a merged revert',
  because: 'automated sync is off',
  cure: 'Switch it on.',
};

interface Told {
  readonly name: string;
  readonly findings: readonly DoctorFinding[];
}

/** Repositories with their findings (null: no playbook; an error: cannot be read), and a clock that is turned. */
function aCheckup(repositories: Record<string, readonly DoctorFinding[] | null | Error>, calmAfter = 0) {
  const state = { now: 0, looks: 0, waited: 0, seen: [] as string[], told: [] as Told[], log: [] as unknown[] };
  const meters = createMeters();
  const checkup = createCheckup({
    house: {
      repositories: async () => ({
        all: Object.keys(repositories).map((name) => ({ name, installationId: name.startsWith('a') ? 1 : 2 })),
        unread: 0,
      }),
    },
    examiner: {
      async findings(name): Promise<Examined | null> {
        state.seen.push(name);
        const findings = repositories[name] ?? null;
        if (findings instanceof Error) throw findings;
        return findings && { findings, tell: async () => void state.told.push({ name, findings }) };
      },
    },
    log: (level, message, facts) => void state.log.push({ level, message, ...facts }),
    diagnosed: meters.diagnosed,
    calm: async () => (state.looks += 1) > calmAfter,
    wait: async (ms) => (state.waited += ms),
    now: () => state.now,
  });
  const metric = () =>
    meters
      .render(null)
      .split('\n')
      .filter((line) => line.startsWith('lastgood_doctor_findings'));
  return { checkup, state, metric };
}

test('each finding is one line of the log and one number, and one unreadable repository hides no other', async () => {
  const { checkup, state, metric } = aCheckup({ 'a/bad': [ERROR], 'a/closed': new Error('HTTP 403'), 'b/none': null });
  assert.deepEqual(metric(), [], 'nothing examined is not nothing found');
  await checkup.due();
  assert.deepEqual(state.log, [
    {
      level: 'error',
      message: ERROR.what,
      during: 'doctor',
      repository: 'a/bad',
      severity: 'error',
      rule: ERROR.rule,
      place: ERROR.place,
      because: ERROR.because,
      cure: ERROR.cure,
    },
    { level: 'warn', message: 'HTTP 403', during: 'doctor', repository: 'a/closed' },
  ]);
  assert.deepEqual(metric(), [
    'lastgood_doctor_findings{severity="error"} 1',
    'lastgood_doctor_findings{severity="warning"} 0',
    'lastgood_doctor_findings{severity="note"} 0',
  ]);
});

test('who is well is examined once a day, who is not every hour, and a cured one is told so', async () => {
  const repositories: Record<string, readonly DoctorFinding[]> = { 'a/bad': [ERROR], 'b/well': [] };
  const { checkup, state } = aCheckup(repositories);
  await checkup.due();
  repositories['a/bad'] = [];
  state.now += 3_600_000;
  await checkup.due();
  await checkup.due();
  assert.deepEqual(state.seen, ['a/bad', 'b/well', 'a/bad']);
  assert.deepEqual(state.told.at(-1), { name: 'a/bad', findings: [] });
  state.now += 86_400_000;
  await checkup.due();
  assert.equal(state.seen.length, 5);
});

test('a change of one installation examines its repositories at once, and what it lost is counted no longer', async () => {
  const repositories: Record<string, readonly DoctorFinding[]> = { 'a/bad': [ERROR], 'b/bad': [ERROR] };
  const { checkup, state, metric } = aCheckup(repositories);
  await checkup.due();
  delete repositories['a/bad'];
  await checkup.installation(2);
  assert.deepEqual(state.seen, ['a/bad', 'b/bad', 'b/bad']);
  assert.equal(metric()[0], 'lastgood_doctor_findings{severity="error"} 1');
});

test('the errands of rollbacks go first, and a storm of them does not switch the doctor off', async () => {
  const busy = aCheckup({ 'a/well': [] }, 3);
  await busy.checkup.due();
  assert.deepEqual([busy.state.waited, busy.state.seen], [6000, ['a/well']]);
  const storm = aCheckup({ 'a/well': [] }, Infinity);
  await storm.checkup.due();
  assert.deepEqual([storm.state.waited, storm.state.seen], [300_000, ['a/well']]);
});

test('a repository that takes too long is left, and the next one is examined', async () => {
  const seen: string[] = [];
  const log: string[] = [];
  const checkup = createCheckup({
    house: {
      repositories: async () => ({
        all: ['a/slow', 'a/well'].map((name) => ({ name, installationId: 1 })),
        unread: 0,
      }),
    },
    examiner: {
      findings: (name) => {
        seen.push(name);
        return name === 'a/slow' ? new Promise(() => undefined) : Promise.resolve(null);
      },
    },
    log: (_, message) => void log.push(message),
    diagnosed: () => undefined,
    calm: async () => true,
    wait: async () => undefined,
    patienceMs: 1,
  });
  await checkup.due();
  assert.deepEqual([seen, log], [['a/slow', 'a/well'], ['the doctor was not done within 1 ms']]);
});

test('a playbook with a fault elsewhere still says where its faults are told', () => {
  const text = playbookText({ notify: { to: [{ kind: 'github-issue', labels: ['ops'] }] } });
  const kinds = (yaml: string) => destinationsOf(yaml, 'lastgood.yml').map(({ kind }) => kind);
  assert.deepEqual(kinds(text), ['github-issue']);
  assert.deepEqual(kinds(text.replace('"applications":["web-production"]', '"applications":["no-argocd"]')), [
    'github-issue',
  ]);
  assert.deepEqual(kinds(text.replace('{"version":1', '{"sourcess":{},"version":1')), ['github-issue']);
  assert.deepEqual(
    kinds(text.replace('"url":"https://argocd.example.com"', '"url":"https://a:b@argocd.example.com"')),
    ['github-issue'],
  );
  assert.deepEqual(kinds(': : :'), []);
});
