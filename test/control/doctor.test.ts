import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../src/control/doctor.ts';
import { CLASSIC, type ApplicationFacts, type DoctorFacts, type GitHubFacts } from '../../src/control/doctor-facts.ts';
import { doctorAnnotations, doctorSarif, doctorText, hasErrors } from '../../src/report/doctor.ts';
import { playbookText } from './builders.ts';

const known = <T>(value: T) => ({ kind: 'known', value }) as const;
const unknown = { kind: 'unknown', because: 'HTTP 401', cure: 'Renew it.' } as const;
const PERMISSIONS = {
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  statuses: 'read',
};
const EVENTS = [
  'issue_comment',
  'commit_comment',
  'check_run',
  'check_suite',
  'status',
  'pull_request',
  'pull_request_review',
  'push',
];

function github(overrides: Partial<GitHubFacts> = {}): DoctorFacts['github'] {
  return known({
    repository: 'acme/deploy',
    defaultBranch: 'main',
    grants: known({ permissions: PERMISSIONS, events: EVENTS }),
    mayPush: null,
    autoMergeAllowed: true,
    rules: known(['required_status_checks']),
    hooks: known([{ host: 'argocd.example.com', path: '/api/webhook', events: ['push'] }]),
    ...overrides,
  });
}

function argoCd(app: Partial<ApplicationFacts> = {}, maySync = true): DoctorFacts['argoCd'] {
  const facts = {
    name: 'web-production',
    autoSync: true,
    prune: true,
    retryLimit: 5,
    retryRefresh: false,
    annotations: {},
    ...app,
  };
  return {
    host: 'argocd.example.com',
    version: known('v3.1.0'),
    applications: { 'web-production': known(facts) },
    maySync: { 'web-production': known(maySync) },
  };
}

function facts(overrides: Partial<DoctorFacts> = {}): DoctorFacts {
  const playbook = { path: 'lastgood.yml', text: playbookText() };
  return { playbook, github: github(), argoCd: argoCd(), writers: [], probes: [], clocks: [], ...overrides };
}

const found = (overrides: Partial<DoctorFacts>) =>
  diagnose(facts(overrides))
    .filter(({ severity }) => severity !== 'note')
    .map(({ rule, severity }) => `${severity} ${rule}`);

test('an installation as docs/install.md describes it has nothing to complain of', () => {
  assert.deepEqual(found({}), []);
});

const playbook = (text: string) => ({ path: 'lastgood.yml', text });
const WITHOUT_ARGOCD = playbook(
  playbookText({ applications: [] }).replace('"argocd":{"url":"https://argocd.example.com"},', ''),
);
const WITH_ENVIRONMENT = playbook(playbookText().replace('"paths":', '"github-environment":"Production","paths":'));

const TABLE: readonly (readonly [string, Partial<DoctorFacts>, readonly string[]])[] = [
  ['no playbook', { playbook: null }, ['error playbook/missing']],
  [
    'a playbook with a fault',
    { playbook: { path: 'lastgood.yml', text: 'version: 2' } },
    ['error playbook/fault', 'error playbook/fault'],
  ],
  ['GitHub that says no', { github: unknown }, ['error github/unreadable']],
  [
    'a missing permission',
    { github: github({ grants: known({ permissions: { ...PERMISSIONS, contents: 'read' }, events: EVENTS }) }) },
    ['error github/permission'],
  ],
  [
    'a missing event',
    { github: github({ grants: known({ permissions: PERMISSIONS, events: EVENTS.slice(1) }) }) },
    ['error github/events'],
  ],
  ['auto-merge that is off', { github: github({ autoMergeAllowed: false }) }, ['warning github/auto-merge-off']],
  ['a required review', { github: github({ rules: known(['pull_request']) }) }, ['warning github/merge-route']],
  ['classic branch protection', { github: github({ rules: known([CLASSIC]) }) }, ['warning github/merge-route']],
  ['no webhook to Argo CD', { github: github({ hooks: known([]) }) }, ['warning argocd/no-webhook']],
  ['no webhook, and no Argo CD', { playbook: WITHOUT_ARGOCD, github: github({ hooks: known([]) }), argoCd: null }, []],
  [
    'an environment of GitHub that the App may not answer',
    { playbook: WITH_ENVIRONMENT },
    ['warning github/permission', 'warning github/permission', 'warning github/events'],
  ],
  ['an application that is not synced', { argoCd: argoCd({ autoSync: false }) }, ['error argocd/auto-sync-off']],
  ['no pruning', { argoCd: argoCd({ prune: false }) }, ['warning argocd/prune-off']],
  ['a retry for ever', { argoCd: argoCd({ retryLimit: -1 }) }, ['warning argocd/retry-blocks']],
  ['a retry for ever of the newest commit', { argoCd: argoCd({ retryLimit: -1, retryRefresh: true }) }, []],
  [
    'an image updater',
    { argoCd: argoCd({ annotations: { 'argocd-image-updater.argoproj.io/image-list': 'web' } }) },
    ['warning writer/image-updater'],
  ],
  ['Renovate', { writers: [{ kind: 'renovate', path: 'renovate.json' }] }, ['warning writer/renovate']],
  ['no sync right where none is needed', { argoCd: argoCd({}, false) }, []],
  [
    'no sync right where an operation may have to be ended',
    {
      argoCd: argoCd({}, false),
      playbook: { path: 'lastgood.yml', text: playbookText({ rollback: { 'terminate-stale': true } }) },
    },
    ['error argocd/may-not-sync'],
  ],
  [
    'a baseline without data',
    {
      probes: [
        {
          source: 'prometheus',
          from: 'gate',
          question: 'errors',
          service: 'web',
          environment: 'production',
          canary: null,
          baseline: 'no-series: none',
        },
      ],
    },
    ['warning source/no-data'],
  ],
  ['a clock that is a minute off', { clocks: [{ who: 'Argo CD', skewMs: -60_000 }] }, ['warning clock/skew']],
  ['a clock that is right', { clocks: [{ who: 'GitHub', skewMs: 900 }] }, []],
];

for (const [name, overrides, expected] of TABLE)
  test(`the doctor and ${name}`, () => {
    assert.deepEqual(
      found(overrides).filter((line) => !line.endsWith('playbook/doubt')),
      expected,
    );
  });

test('the worst comes first, every finding has a reason and a cure, and only errors fail', () => {
  const all = diagnose(facts({ playbook: null, argoCd: argoCd({ prune: false }) }));
  assert.equal(all[0]?.severity, 'error');
  assert.ok(all.every(({ because, cure, what }) => because !== '' && cure !== '' && what !== ''));
  assert.equal(hasErrors(all), true);
  assert.equal(hasErrors(diagnose(facts({ argoCd: argoCd({ prune: false }) }))), false);
  assert.match(doctorText(all), /^ERROR {2}the default branch: there is no playbook\n {4}because/);
});

const probe = {
  source: 'prometheus',
  from: 'gate',
  question: 'errors',
  service: 'web',
  environment: 'production',
} as const;

test('a source that is down is one finding, however many questions it was asked', () => {
  const down = 'query-error: prometheus:9090 cannot be reached';
  const questions = ['errors', 'latency', 'drift'].map((question) => ({
    ...probe,
    question,
    canary: down,
    baseline: down,
  }));
  const [all, more] = diagnose(
    facts({ probes: [...questions, { ...probe, from: 'verify', canary: down, baseline: null }] }),
  ).filter(({ rule }) => rule === 'source/no-data');
  assert.equal(more, undefined);
  assert.equal(all?.place, 'source prometheus');
  assert.equal(
    all.what,
    'it has no number for 4 questions: web in production: errors, web in production: latency, web in production: drift and 1 more',
  );
  assert.match(
    all.cure,
    /^Without an answer the gate holds every release, and no recovery is ever proven\. Check the url/,
  );
});

test('a criterion of verify has no canary, and without a number it proves no recovery', () => {
  const [one] = diagnose(
    facts({ probes: [{ ...probe, from: 'verify', canary: 'no-series: none', baseline: null }] }),
  ).filter(({ rule }) => rule === 'source/no-data');
  assert.equal(one?.place, 'web in production: verify: errors');
  assert.equal(one.what, 'source prometheus has no number for this criterion');
  assert.match(one.cure, /^Without a number no recovery is ever proven\./);
});

test('a source that does not answer is to be reached first; one without numbers is to be asked by hand', () => {
  const cureOf = (canary: string) =>
    diagnose(facts({ probes: [{ ...probe, canary, baseline: null }] })).find(({ rule }) => rule === 'source/no-data')
      ?.cure;
  assert.match(cureOf('query-error: prometheus:9090 cannot be reached') ?? '', /Check the url and the credentials/);
  assert.match(cureOf('no-series: none') ?? '', /Run the query by hand/);
});

test('annotations and SARIF name the place in the file', () => {
  const all = diagnose(facts({ playbook: { path: 'lastgood.yml', text: 'version: 2' } }));
  assert.match(
    doctorAnnotations(all),
    /^::error file=lastgood\.yml,line=1,col=\d+,title=playbook\/fault::lastgood\.yml:1/,
  );
  const sarif = doctorSarif(all, 'lastgood.yml', '0.1.0') as {
    version: string;
    runs: {
      tool: { driver: { rules: { id: string }[] } };
      results: { ruleId: string; ruleIndex: number; level: string; locations: unknown[] }[];
    }[];
  };
  assert.equal(sarif.version, '2.1.0');
  const [run] = sarif.runs;
  assert.ok(run && run.results.length === all.length);
  for (const result of run.results) {
    assert.equal(run.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
    assert.ok(['error', 'warning', 'note'].includes(result.level));
    assert.equal(result.locations.length, 1);
  }
});
