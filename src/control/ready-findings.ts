/** From what was found out about a release that is not out yet to the answer of the readiness check. Pure: the same facts, the same answer. */
import { pastDurations } from '../ledger/durations.ts';
import { lineOf } from '../registries/findings.ts';
import { readyFinding, type ReadyFinding, type ReadyQuestion, type Readiness } from '../report/ready.ts';
import type { ReadyFacts } from './ready-facts.ts';
import { metricsFinding } from './ready-metrics.ts';
import { migrationsFinding } from './ready-migrations.ts';

export function readinessOf(facts: ReadyFacts): Readiness {
  const { target, ledger } = facts;
  const { openedToMerged, mergedToRecovered } = pastDurations(ledger);
  return {
    service: target.service,
    environment: target.environment,
    policy: target.rules.rollback.ready,
    findings: [
      lastGoodFinding(facts),
      revertFinding(facts),
      artefactsFinding(facts),
      migrationsFinding(facts),
      versionsFinding(facts),
      facts.outside.kind === 'asked'
        ? metricsFinding(facts.outside.answers, facts)
        : unasked('metrics', facts.outside.because),
      criteriaFinding(facts),
      argoCdFinding(facts),
      onCallFinding(facts),
    ],
    seconds: mergedToRecovered === null ? null : Math.round(((openedToMerged ?? 0) + mergedToRecovered) / 1000),
  };
}

function unasked(question: ReadyQuestion, because: string): ReadyFinding {
  return readyFinding(question, { status: 'unknown', says: because });
}

function lastGoodFinding({ found }: ReadyFacts): ReadyFinding {
  if (found.kind === 'good') return readyFinding('last-good', { status: 'ok', says: found.good.because });
  return readyFinding('last-good', {
    status: 'fault',
    says: found.because,
    cure: 'A first release has nothing behind it: keep another way out, such as a flag that is off.',
  });
}

function revertFinding({ planned }: ReadyFacts): ReadyFinding {
  if (planned === null) return readyFinding('revert', { status: 'off', says: 'there is no target to plan it for' });
  switch (planned.kind) {
    case 'planned': {
      const { edits, undoes, good, changes } = planned.plan;
      const others = undoes.slice(1);
      return readyFinding('revert', {
        status: 'ok',
        says: `planned on the trial merge: ${edits.length} ${edits.length === 1 ? 'file goes' : 'files go'} back to ${good.sha.slice(0, 7)}`,
        details: [
          ...changes.map(
            ({ path, key, from, to }) => `${path} ${key}: ${from ?? 'nothing'} back to ${to ?? 'nothing'}`,
          ),
          ...others.map(({ sha, title }) => `it would also take back ${sha.slice(0, 7)} ${title}`),
        ],
      });
    }
    case 'nothing-to-do':
      return readyFinding('revert', {
        status: 'ok',
        says: `no file of the service differs from ${planned.good.sha.slice(0, 7)}`,
      });
    case 'unfit':
      return readyFinding('revert', { status: 'fault', says: planned.because, cure: planned.cure });
    case 'conflict':
      return readyFinding('revert', {
        status: 'fault',
        says: planned.because,
        cure: 'Settle it in this pull request.',
      });
    case 'no-last-good':
      return readyFinding('revert', {
        status: 'fault',
        says: planned.because,
        cure: 'Keep the files of the service where they are.',
      });
  }
}

function artefactsFinding({ outside, now }: ReadyFacts): ReadyFinding {
  if (outside.kind === 'left-out') return unasked('artefacts', outside.because);
  if (outside.looked === null)
    return readyFinding('artefacts', {
      status: 'off',
      says: 'the playbook names no registry',
      cure: "Add 'registries:' (docs/registries.md), so that a target that was cleaned up is found before the night.",
    });
  const { looked } = outside;
  const details = looked.map((one) => lineOf(one, now));
  const lost = looked.filter(({ look }) => look.state === 'gone' || look.state === 'not-ready');
  const [first] = lost;
  if (first)
    return readyFinding('artefacts', {
      status: 'fault',
      says: `${lost.length} of ${looked.length} cannot be used: ${lineOf(first, now)}`,
      cure: 'Bring it back into its registry, or let its retention keep what is last good.',
      details,
    });
  const open = looked.filter(({ look }) => look.state === 'unknown').length;
  if (open > 0)
    return readyFinding('artefacts', {
      status: 'unknown',
      says: `${open} of ${looked.length} could not be asked`,
      details,
    });
  const says =
    looked.length === 0
      ? 'last good names nothing that a registry of the playbook knows'
      : `all ${looked.length} are there`;
  return readyFinding('artefacts', { status: looked.length === 0 ? 'off' : 'ok', says, details });
}

function versionsFinding({ pins, unread }: ReadyFacts): ReadyFinding {
  const [first] = pins.unpinned;
  if (first)
    return readyFinding('versions', {
      status: 'fault',
      says: `${first.path} ${first.key} is ${first.value}: ${first.because}`,
      cure: first.cure,
      details: pins.unpinned.map(
        ({ path, key, value, because, cure }) => `${path} ${key} is ${value}: ${because}. ${cure}`,
      ),
    });
  if (unread > 0)
    return readyFinding('versions', {
      status: 'unknown',
      says: `${unread} manifests were not read, because there are too many`,
    });
  const tags =
    pins.byTag === 0
      ? ''
      : ` (${pins.byTag} by a tag without a digest, which holds as long as nobody pushes that tag again)`;
  return readyFinding('versions', { status: 'ok', says: `${pins.pinned + pins.byTag} pinned${tags}` });
}

function criteriaFinding({ target }: ReadyFacts): ReadyFinding {
  const { verify } = target.rules;
  const words = verify.criteria.map((criterion) => `${criterion.name} is proven not to be ${criterion.if.text}`);
  return readyFinding('criteria', {
    status: 'ok',
    says: `${words.join('; ')}, within ${verify.within / 1000} s of the merge`,
  });
}

function argoCdFinding({ outside, target }: ReadyFacts): ReadyFinding {
  const names = target.rules.applications;
  if (!target.argocd || names.length === 0)
    return readyFinding('argocd', {
      status: 'off',
      says: 'no application is named: only the metrics prove the recovery',
    });
  if (outside.kind === 'left-out') return unasked('argocd', outside.because);
  const away = outside.applications
    .filter((one) => one.kind === 'unreachable')
    .toSorted((a, b) => Number(a.passing) - Number(b.passing));
  const manual = outside.applications.flatMap((one) =>
    one.kind === 'seen' && !one.application.autoSync ? [one.application.name] : [],
  );
  const [first] = away;
  const [hand] = manual;
  if (hand !== undefined)
    return readyFinding('argocd', {
      status: 'fault',
      says: `${hand} does not sync by itself: a merged revert changes nothing until somebody runs argocd app sync ${hand}`,
      cure: 'Switch automated sync on.',
    });
  if (first)
    return readyFinding('argocd', {
      status: first.passing ? 'unknown' : 'fault',
      says: first.because,
      cure: first.cure,
    });
  return readyFinding('argocd', { status: 'ok', says: `${names.join(', ')}: reachable, and synced automatically` });
}

function onCallFinding({ target }: ReadyFacts): ReadyFinding {
  const { mention, to } = target.rules.notify;
  const told = to.filter(({ on }) => on.some((occasion) => occasion === 'escalated' || occasion === 'needs-you'));
  const merges = target.rules.rollback.approval === 'auto' ? '' : '; a person merges the revert (approval: human)';
  if (mention.length + told.length === 0)
    return readyFinding('on-call', {
      status: 'fault',
      says: `nobody is called when a rollback needs a person${merges}`,
      cure: 'Name them in notify.mention, or a destination in notify.to, such as PagerDuty.',
    });
  const where = [...new Set(told.map(({ kind }) => kind))];
  const words = [...mention.map((name) => name), ...where].join(', ');
  return readyFinding('on-call', { status: 'ok', says: `${words}${merges}` });
}
