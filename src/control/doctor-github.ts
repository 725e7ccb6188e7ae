import type { EnvironmentRules, Playbook } from '../playbook/schema.ts';
import type { DoctorFinding, Severity } from '../report/doctor.ts';
import type { Asked, GitHubFacts } from './doctor-facts.ts';
import { finding, unread } from './doctor-finding.ts';
import { ofHooks, ofRules } from './doctor-rules.ts';

interface Right {
  readonly name: string;
  readonly level: 'read' | 'write';
  readonly severity: Severity;
  /** What does not work without it. */
  readonly off: string;
}

/** What docs/install.md asks for, and what is switched off without it. Of one name the lower level stands first. */
const RIGHTS: readonly Right[] = [
  {
    name: 'metadata',
    level: 'read',
    severity: 'error',
    off: 'nobody is known to be allowed, and every command is refused',
  },
  { name: 'contents', level: 'read', severity: 'error', off: 'the playbook and the manifests cannot be read' },
  {
    name: 'contents',
    level: 'write',
    severity: 'error',
    off: 'no revert is written or merged, and the ledger stays as it is',
  },
  { name: 'pull_requests', level: 'write', severity: 'error', off: 'no revert is opened' },
  { name: 'issues', level: 'write', severity: 'error', off: 'no command is answered, and nobody is called' },
  { name: 'checks', level: 'read', severity: 'error', off: 'a gate that failed starts no rollback' },
  {
    name: 'checks',
    level: 'write',
    severity: 'warning',
    off: 'releases get no check of freeze and quarantine, gates no buttons',
  },
  {
    name: 'statuses',
    level: 'read',
    severity: 'error',
    off: 'a required status that arrives is noticed by the sweep only',
  },
];
const MEMBERS: Right = {
  name: 'members',
  level: 'read',
  severity: 'warning',
  off: 'members of a team that the playbook or CODEOWNERS names are refused',
};
const QUEUES: Right = {
  name: 'merge_queues',
  level: 'write',
  severity: 'warning',
  off: 'a revert waits at the end of the merge queue',
};
/** Where the playbook names an environment of GitHub. */
const PROTECTION: readonly Right[] = [
  {
    name: 'actions',
    level: 'read',
    severity: 'warning',
    off: 'a workflow that waits at an environment is not seen',
  },
  {
    name: 'deployments',
    level: 'write',
    severity: 'warning',
    off: 'a workflow that waits at an environment is not answered',
  },
];
const LEVELS: readonly string[] = ['read', 'write', 'admin'];

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

/** The rights and events of the App, the rules of the branch, and its webhooks. */
export function ofGitHub(asked: Asked<GitHubFacts>, playbook: Playbook | null): readonly DoctorFinding[] {
  if (asked.kind === 'unknown') return [unread('github/unreadable', 'GitHub', asked, 'error')];
  const { value: github } = asked;
  return [...ofGrants(github, playbook), ...ofRules(github), ...(playbook?.argocd ? ofHooks(github) : [])];
}

function ofGrants(github: GitHubFacts, playbook: Playbook | null): readonly DoctorFinding[] {
  const { grants, repository: place, mayPush } = github;
  if (grants.kind === 'known') {
    const queue = github.rules.kind === 'known' && github.rules.value.includes('merge_queue');
    const waits = namesEnvironments(playbook);
    const wanted = [
      ...RIGHTS,
      ...(namesTeams(playbook) ? [MEMBERS] : []),
      ...(queue ? [QUEUES] : []),
      ...(waits ? PROTECTION : []),
    ];
    const events = [...EVENTS, ...(queue ? ['merge_group'] : []), ...(waits ? ['deployment_protection_rule'] : [])];
    return [...ofPermissions(place, grants.value.permissions, wanted), ...ofEvents(place, grants.value.events, events)];
  }
  if (mayPush !== false) return [];
  return [
    finding({
      rule: 'github/token-reads-only',
      severity: 'note',
      place,
      what: 'this token cannot push, so the rights of the App were not checked',
      because: grants.because,
      cure: grants.cure,
    }),
  ];
}

function ofPermissions(
  place: string,
  permissions: Readonly<Record<string, string>>,
  wanted: readonly Right[],
): readonly DoctorFinding[] {
  const lacking = wanted.filter(
    ({ name, level }) => LEVELS.indexOf(permissions[name] ?? 'none') < LEVELS.indexOf(level),
  );
  const first = lacking.filter((right, i) => lacking.findIndex(({ name }) => name === right.name) === i);
  return first.map(({ name, severity, off }) => {
    // What is asked for is the highest level: one change in the settings, not two.
    const level = wanted.findLast((right) => right.name === name)?.level ?? 'read';
    return finding({
      rule: 'github/permission',
      severity,
      place,
      what: `the App lacks a permission: ${off}`,
      because: `${name} is ${permissions[name] ?? 'none'}, needed is ${level}`,
      cure: `Set ${name}: ${level} in the settings of the App, then accept the change in the installation.`,
    });
  });
}

function ofEvents(place: string, events: readonly string[], wanted: readonly string[]): readonly DoctorFinding[] {
  const missing = wanted.filter((event) => !events.includes(event));
  if (missing.length === 0) return [];
  return [
    finding({
      rule: 'github/events',
      severity: missing.includes('issue_comment') || missing.includes('check_run') ? 'error' : 'warning',
      place,
      what: 'the App does not hear everything',
      because: `${wanted.length - missing.length} of ${wanted.length} events are subscribed, without ${missing.join(', ')}`,
      cure: 'Subscribe them in the settings of the App; until then only the sweep notices, a minute later.',
    }),
  ];
}

function namesEnvironments(playbook: Playbook | null): boolean {
  return Object.values(playbook?.services ?? {}).some(({ environments }) =>
    Object.values(environments).some((rules) => rules['github-environment'] !== undefined),
  );
}

function namesTeams(playbook: Playbook | null): boolean {
  return Object.values(playbook?.services ?? {}).some(
    ({ owners, environments }) =>
      owners.some((owner) => owner.includes('/')) || Object.values(environments).some(asksTeams),
  );
}

function asksTeams({ rollback }: EnvironmentRules): boolean {
  return rollback.approvals.team !== undefined || rollback.approvals.codeowners;
}
