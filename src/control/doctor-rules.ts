import type { DoctorFinding } from '../report/doctor.ts';
import { CLASSIC, type GitHubFacts } from './doctor-facts.ts';
import { finding, unread } from './doctor-finding.ts';

/** Which way a revert can be merged. */
export function ofRules({ rules, autoMergeAllowed, defaultBranch, repository }: GitHubFacts): readonly DoctorFinding[] {
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
  const reviewed = rules.value.includes('pull_request') || rules.value.includes(CLASSIC);
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
export function ofHooks({ hooks, repository }: GitHubFacts): readonly DoctorFinding[] {
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
