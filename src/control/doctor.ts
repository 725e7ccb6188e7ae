import { appliedTargets } from './doctor-targets.ts';
import type { DoctorFinding, Severity } from '../report/doctor.ts';
import { parsePlaybook } from '../playbook/parse.ts';
import type { Playbook } from '../playbook/schema.ts';
import type { ApplicationFacts, Asked, ClockFacts, DoctorFacts, GitHubFacts, ProbeFacts } from './doctor-facts.ts';

const ORDER = { error: 0, warning: 1, note: 2 } as const satisfies Record<Severity, number>;

/** Everything that would keep a rollback from working tonight, the worst first. Pure: the same facts give the same findings. */
export function diagnose(facts: DoctorFacts): readonly DoctorFinding[] {
  const parsed = facts.playbook === null ? null : parsePlaybook(facts.playbook.text, facts.playbook.path);
  const playbook = parsed?.ok === true ? parsed.playbook : null;
  const findings = [
    ...ofPlaybook(facts.playbook, parsed),
    ...(facts.github === null ? [] : ofGitHub(facts.github)),
    ...ofArgoCd(facts, playbook),
    ...facts.writers.map(ofWriter),
    ...facts.probes.flatMap(ofProbe),
    ...facts.clocks.flatMap(ofClock),
  ];
  return findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

type Parts = Omit<DoctorFinding, 'at'> & { readonly at?: DoctorFinding['at'] };

function finding(parts: Parts): DoctorFinding {
  return { at: null, ...parts };
}

function ofPlaybook(
  file: DoctorFacts['playbook'],
  parsed: ReturnType<typeof parsePlaybook> | null,
): readonly DoctorFinding[] {
  if (file === null || parsed === null)
    return [
      finding({
        rule: 'playbook/missing',
        severity: 'error',
        place: 'the default branch',
        what: 'there is no playbook',
        because: 'neither lastgood.yml nor .github/lastgood.yml exists',
        cure: 'Add one; docs/playbook.md begins with an example.',
      }),
    ];
  const faults = parsed.ok ? parsed.warnings : parsed.faults;
  return faults.map(({ file: path, line, column, path: key, message, value, cure }) =>
    finding({
      rule: parsed.ok ? 'playbook/doubt' : 'playbook/fault',
      severity: parsed.ok ? 'warning' : 'error',
      place: `${path}:${line}:${column}`,
      at: { file: path, line, column },
      what: `'${key.split('.').at(-1) ?? ''}' ${message}`,
      because: value === null ? message : `it is '${value}'`,
      cure: `${cure.slice(0, 1).toUpperCase()}${cure.slice(1)}`,
    }),
  );
}

/** What docs/install.md asks for. */
const PERMISSIONS = {
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'read',
  statuses: 'read',
} as const;
const EVENTS = ['issue_comment', 'check_run', 'check_suite', 'status', 'pull_request', 'pull_request_review', 'push'];
const LEVELS: readonly string[] = ['read', 'write', 'admin'];

function ofGitHub(asked: Asked<GitHubFacts>): readonly DoctorFinding[] {
  if (asked.kind === 'unknown') return [unread('github/unreadable', 'GitHub', asked, 'error')];
  const { value: github } = asked;
  const place = github.repository;
  const found: DoctorFinding[] = [];
  if (github.grants.kind === 'known') {
    const { permissions, events } = github.grants.value;
    for (const [name, wanted] of Object.entries(PERMISSIONS)) {
      const has = permissions[name] ?? 'none';
      if (LEVELS.indexOf(has) >= LEVELS.indexOf(wanted)) continue;
      const because = `${name} is ${has}, needed is ${wanted}`;
      const cure = `Set ${name}: ${wanted} in the settings of the App, then accept the change in the installation.`;
      found.push(
        finding({
          rule: 'github/permission',
          severity: 'error',
          place,
          what: 'the App lacks a permission',
          because,
          cure,
        }),
      );
    }
    const missing = EVENTS.filter((event) => !events.includes(event));
    if (missing.length > 0)
      found.push(
        finding({
          rule: 'github/events',
          severity: missing.includes('issue_comment') || missing.includes('check_run') ? 'error' : 'warning',
          place,
          what: 'the App does not hear everything',
          because: `${EVENTS.length - missing.length} of ${EVENTS.length} events are subscribed, without ${missing.join(', ')}`,
          cure: 'Subscribe them in the settings of the App; until then only the sweep notices, a minute later.',
        }),
      );
  } else if (github.mayPush === false)
    found.push(
      finding({
        rule: 'github/token-reads-only',
        severity: 'note',
        place,
        what: 'this token cannot push, so the rights of the App were not checked',
        because: github.grants.because,
        cure: github.grants.cure,
      }),
    );
  return [...found, ...ofRules(github), ...ofHooks(github)];
}

/** Which way a revert can be merged. */
function ofRules({ rules, autoMergeAllowed, defaultBranch, repository }: GitHubFacts): readonly DoctorFinding[] {
  const place = `${repository} ${defaultBranch}`;
  if (rules.kind === 'unknown') return [unread('github/rules-unreadable', place, rules, 'warning')];
  if (rules.value.length === 0)
    return [
      finding({
        rule: 'github/merge-route',
        severity: 'note',
        place,
        what: 'a revert is merged directly, pinned to its head',
        because: `0 rules guard ${defaultBranch}`,
        cure: 'Nothing is needed. A rule that asks for a review or a check would be obeyed.',
      }),
    ];
  const because = `${rules.value.length} rules guard it (${rules.value.join(', ')}) and auto-merge is ${autoMergeAllowed ? 'on' : 'off'}`;
  const reviewed = rules.value.includes('pull_request');
  if (!autoMergeAllowed)
    return [
      finding({
        rule: 'github/auto-merge-off',
        severity: 'warning',
        place,
        what: 'nothing merges a revert once its checks are there',
        because,
        cure: 'Switch on "Allow auto-merge" in the settings of the repository.',
      }),
    ];
  return [
    finding({
      rule: 'github/merge-route',
      severity: reviewed ? 'warning' : 'note',
      place,
      what: reviewed ? 'a revert may wait for a review' : 'GitHub merges a revert once its checks are there',
      because,
      cure: reviewed
        ? 'Make sure that somebody may approve at night; lastgood never approves its own.'
        : 'Nothing is needed.',
    }),
  ];
}

/** Without a webhook Argo CD looks at Git every three minutes; lastgood asks it to look, but only for its own reverts. */
function ofHooks({ hooks, repository }: GitHubFacts): readonly DoctorFinding[] {
  if (hooks.kind === 'unknown') return [unread('github/hooks-unreadable', repository, hooks, 'note')];
  if (
    hooks.value.some(
      ({ path, events }) => path.endsWith('/api/webhook') && (events.includes('push') || events.includes('*')),
    )
  )
    return [];
  return [
    finding({
      rule: 'argocd/no-webhook',
      severity: 'warning',
      place: repository,
      what: 'GitHub does not tell Argo CD of a push',
      because: `0 of ${hooks.value.length} webhooks end in /api/webhook and send push, so releases are seen after up to 180 s`,
      cure: 'Add a webhook to https://ARGOCD-HOST/api/webhook with the event push and a secret.',
    }),
  ];
}

function ofArgoCd(facts: DoctorFacts, playbook: Playbook | null): readonly DoctorFinding[] {
  const { argoCd } = facts;
  if (argoCd === null) return [];
  const found: DoctorFinding[] = [];
  if (argoCd.version.kind === 'unknown') found.push(unread('argocd/unreachable', argoCd.host, argoCd.version, 'error'));
  for (const [name, asked] of Object.entries(argoCd.applications)) {
    if (asked.kind === 'unknown') found.push(unread('argocd/application', `application ${name}`, asked, 'error'));
    else found.push(...ofApplication(asked.value));
  }
  const ends = new Set(
    playbook === null
      ? []
      : appliedTargets(playbook)
          .filter((one) => one.terminates)
          .flatMap((one) => one.applications),
  );
  for (const [name, asked] of Object.entries(argoCd.maySync)) {
    if (!ends.has(name)) continue;
    if (asked.kind === 'unknown') found.push(unread('argocd/can-i', `application ${name}`, asked, 'warning'));
    else if (!asked.value)
      found.push(
        finding({
          rule: 'argocd/may-not-sync',
          severity: 'error',
          place: `application ${name}`,
          what: 'the account may not end an operation',
          because: 'terminate-stale is true, and can-i sync says no',
          cure: `Give the account: p, role:lastgood, applications, sync, PROJECT/${name}, allow.`,
        }),
      );
  }
  return found;
}

function ofApplication(app: ApplicationFacts): readonly DoctorFinding[] {
  const place = `application ${app.name}`;
  const found: DoctorFinding[] = [];
  if (!app.autoSync)
    found.push(
      finding({
        rule: 'argocd/auto-sync-off',
        severity: 'error',
        place,
        what: 'nobody applies a merged revert',
        because: 'automated sync is off, and lastgood never starts a sync',
        cure: 'Switch on syncPolicy.automated, or plan for a person who syncs.',
      }),
    );
  if (app.autoSync && !app.prune)
    found.push(
      finding({
        rule: 'argocd/prune-off',
        severity: 'warning',
        place,
        what: 'what a bad release added stays after the revert',
        because: 'automated.prune is false, needed is true',
        cure: 'Set syncPolicy.automated.prune: true, or remove such resources by hand.',
      }),
    );
  if (app.retryLimit !== null && (app.retryLimit < 0 || app.retryLimit > 5) && !app.retryRefresh)
    found.push(
      finding({
        rule: 'argocd/retry-blocks',
        severity: 'warning',
        place,
        what: 'a failing sync of the bad commit keeps the revert waiting',
        because: `retry.limit is ${app.retryLimit < 0 ? 'for ever' : app.retryLimit} > 5 and retry.refresh is off`,
        cure: 'Set syncPolicy.retry.refresh: true (Argo CD 3.1), lower the limit, or set terminate-stale: true.',
      }),
    );
  const updaters = Object.keys(app.annotations).filter((name) => name.startsWith('argocd-image-updater.argoproj.io/'));
  if (updaters.length > 0)
    found.push(
      finding({
        rule: 'writer/image-updater',
        severity: 'warning',
        place,
        what: 'Argo CD Image Updater may put the bad version back',
        because: `${updaters.length} of its annotations are set, such as ${updaters[0] ?? ''}`,
        cure: 'Let it write to Git by pull request, where the quarantine check stops it, or exclude the bad tag.',
      }),
    );
  return found;
}

const WRITERS = {
  renovate: 'Renovate',
  dependabot: 'Dependabot',
  flux: 'Flux image automation',
  kargo: 'Kargo',
} as const;

function ofWriter({ kind, path }: DoctorFacts['writers'][number]): DoctorFinding {
  return finding({
    rule: `writer/${kind}`,
    severity: kind === 'dependabot' ? 'note' : 'warning',
    place: path,
    at: { file: path, line: 1, column: 1 },
    what: `${WRITERS[kind]} may put the bad version back after a rollback`,
    because: `${path} configures it, and it does not know what was rolled back`,
    cure: 'Require the quarantine check on its pull requests, and let it not push to the default branch.',
  });
}

function ofProbe({ source, question, service, environment, canary, baseline }: ProbeFacts): readonly DoctorFinding[] {
  return (
    [
      ['canary', canary],
      ['baseline', baseline],
    ] as const
  ).flatMap(([arm, because]) =>
    because === null
      ? []
      : [
          finding({
            rule: 'source/no-data',
            severity: 'warning',
            place: `${service} in ${environment}: ${question}`,
            what: `source ${source} has no number for the ${arm}`,
            because,
            cure: 'Without one the gate holds every release. Run the query by hand while a canary has traffic.',
          }),
        ],
  );
}

/** A proof compares times of several machines; half a minute is more than a scrape. */
const MOST_SKEW_MS = 30_000;

function ofClock({ who, skewMs }: ClockFacts): readonly DoctorFinding[] {
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return [];
  return [
    finding({
      rule: 'clock/skew',
      severity: Math.abs(skewMs) > 10 * MOST_SKEW_MS ? 'error' : 'warning',
      place: who,
      what: 'its clock and ours differ',
      because: `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead' : 'behind'} > ${MOST_SKEW_MS / 1000} s`,
      cure: 'Run a time service (NTP) on both machines.',
    }),
  ];
}

function unread(
  rule: string,
  place: string,
  { because, cure }: Extract<Asked<unknown>, { kind: 'unknown' }>,
  severity: Severity,
): DoctorFinding {
  return finding({ rule, severity, place, what: 'could not be read', because, cure });
}
