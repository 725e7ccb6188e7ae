import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpComment } from '../../src/report/help.ts';
import { twoSteps } from '../../src/report/migrations.ts';
import { noPlanComment, planComment } from '../../src/report/plan.ts';
import { quarantineOf } from '../../src/plan/quarantine.ts';
import { parseBlock, pullRequestBody, pullRequestTitle } from '../../src/report/pull-request.ts';
import { errorComment, planChangedComment, refusalComment } from '../../src/report/refusals.ts';
import { parseTimeline, timelineComment, type TimelineView } from '../../src/report/timeline.ts';
import { aCause, anIncident, aPlan, assertInert, BASE, GOOD, HOSTILE } from './builders.ts';

const asText = { serializers: [(value: unknown): string => String(value)] };

const verify = {
  'healthy-for': 60_000,
  within: 600_000,
  criteria: [{ name: '5xx rate', if: { text: 'rate > 1%' } }],
};

function aView(overrides: Partial<TimelineView> = {}): TimelineView {
  return {
    incident: anIncident(),
    target: GOOD,
    pullRequest: { number: 41, url: 'https://github.com/acme/deploy/pull/41' },
    moments: {
      opened: '2026-03-01T12:00:09Z',
      merged: '2026-03-01T12:01:35Z',
      applied: null,
      healthy: null,
      recovered: null,
    },
    status: {
      kind: 'waiting',
      for: 'Argo CD to apply 0123456 to rec-production',
      until: '2026-03-01T12:11:35Z',
      next: 'prove that it is healthy',
    },
    ...overrides,
  };
}

test('a pull request says what, why, how and how it is proven', (t) => {
  const body = pullRequestBody({
    plan: aPlan(),
    quarantine: quarantineOf(aPlan(), { reason: 'error rate 5 %', forMs: 86_400_000 }),
    verify,
    applications: ['rec-production'],
    requestedAt: '2026-03-01T12:00:06Z',
    mode: 'auto',
  });
  assert.equal(pullRequestTitle(aPlan()), 'Revert recommender in production to 1a2b3c4');
  t.assert.snapshot(body, asText);
  assert.equal(parseBlock(body)?.incident.id, 'a1b2c3d4e5f6');
});

test('a fallback accuses no release: neither its pull request nor its comment calls one bad', () => {
  const incident = anIncident({ way: 'fallback' });
  const good = {
    sha: incident.bad,
    reason: { kind: 'parent' },
    because: 'users are served by simple meanwhile',
  } as const;
  const write = { kind: 'write', path: 'apps/rec/route.yaml', text: 'x', mode: '100644', rung: 'keys' } as const;
  const plan = aPlan({ incident, good, edits: [write], phase: { kind: 'traffic', then: null } });
  const view = { plan, quarantine: [], verify, applications: ['rec-production'], mode: 'auto' } as const;
  const body = pullRequestBody({ ...view, requestedAt: '2026-03-01T12:00:06Z' });
  assert.match(body, new RegExp(`^- \\*\\*Release:\\*\\* ${incident.bad}, which is not accused$`, 'm'));
  assert.match(body, /^- \*\*Target:\*\* users are served by simple meanwhile$/m);
  assert.match(body, /route\.yaml` - only the keys above; everything else stays$/m);
  assert.doesNotMatch(body, /\*\*Bad:|of the bad release/);
  const [first] = timelineComment(aView({ incident, target: incident.bad })).split(' - [');
  assert.equal(first, '**Rolling back - merged**: recommender in production');
});

test('a pull request with hostile words everywhere stays inert, and its memory still reads back', () => {
  const plan = aPlan({
    incident: anIncident({ cause: aCause({ trigger: HOSTILE, because: HOSTILE }) }),
    good: { sha: GOOD, reason: { kind: 'parent' }, because: HOSTILE },
    edits: [{ kind: 'delete', path: HOSTILE, rung: 'blob' }],
    changes: [{ path: HOSTILE, key: HOSTILE, from: HOSTILE, to: HOSTILE, moves: 'version' }],
    undoes: [{ sha: BASE, title: HOSTILE, author: HOSTILE }],
  });
  const hostile = { ...verify, criteria: [{ name: HOSTILE, if: { text: HOSTILE } }] };
  const body = pullRequestBody({
    plan,
    quarantine: quarantineOf(plan, { reason: HOSTILE, forMs: 86_400_000 }),
    verify: hostile,
    applications: [HOSTILE],
    requestedAt: '2026-03-01T12:00:06Z',
    mode: 'human',
  });
  assertInert(body);
  assert.equal(parseBlock(body)?.good.because, HOSTILE);
});

test('a pull request of thousands of files fits into what GitHub accepts', () => {
  const plan = aPlan({
    edits: Array.from(
      { length: 3000 },
      (_, i) => ({ kind: 'delete', path: `apps/${'x'.repeat(300)}/${i}.yaml`, rung: 'blob' }) as const,
    ),
    changes: Array.from({ length: 3000 }, (_, i) => ({
      path: 'p'.repeat(300),
      key: `k${i}`.repeat(50),
      from: 'f'.repeat(900),
      to: 't'.repeat(900),
      moves: 'version' as const,
    })),
    undoes: Array.from({ length: 3000 }, () => ({ sha: BASE, title: '|'.repeat(900), author: '<'.repeat(900) })),
  });
  const body = pullRequestBody({
    plan,
    quarantine: quarantineOf(plan, { reason: 'r', forMs: 1 }),
    verify,
    applications: [],
    requestedAt: '2026-03-01T12:00:06Z',
    mode: 'human',
  });
  assert.ok(body.length < 65_536, String(body.length));
  assert.match(body, /and 29\d\d more/);
});

test('what happens at once is told with its reason, and Argo CD keeps its name', () => {
  const moments = { ...aView().moments, applied: '2026-03-01T12:02:00Z' };
  const status = {
    kind: 'acting',
    because: 'a sync of the bad commit hangs',
    next: 'Argo CD applies the revert',
  } as const;
  const body = timelineComment(aView({ moments, status }));
  assert.match(body, /^\*\*Rolling back - applied by Argo CD\*\*: /);
  assert.match(body, /^Next: Argo CD applies the revert, because a sync of the bad commit hangs$/m);
});

test('a plan comment ends in the exact words that run it', (t) => {
  t.assert.snapshot(
    planComment({
      plan: aPlan(),
      route: 'direct merge with the head pinned',
      printedIn: 'comment',
      blockers: ['one review is required'],
    }),
    asText,
  );
});

test('a plan on a terminal ends in the comment that asks for it, with the target that was named', () => {
  const ends = (plan: ReturnType<typeof aPlan>) =>
    planComment({ plan, route: 'direct', printedIn: 'terminal', blockers: [] }).trimEnd().split('\n').at(-2);
  assert.equal(ends(aPlan()), '/rollback plan recommender production');
  const named = { sha: GOOD, reason: { kind: 'named', by: 'the command line' }, because: 'named' } as const;
  assert.equal(ends(aPlan({ good: named })), `/rollback plan recommender production to ${GOOD}`);
});

test('what stands in the way of a plan is named with the keys and the three values', (t) => {
  const key = { service: 'recommender', environment: 'production' };
  const good = { sha: GOOD, reason: { kind: 'parent' }, because: 'the commit before' } as const;
  const conflict = { path: 'apps/rec/values.yaml', key: 'image.tag', bad: '1.4.2', good: '1.4.1', now: '1.4.3' };
  t.assert.snapshot(
    [
      noPlanComment({ kind: 'conflict', good, conflicts: [conflict], because: 'image.tag changed again.' }, key),
      noPlanComment({ kind: 'nothing-to-do', good, because: 'all files are equal.' }, key),
      noPlanComment({ kind: 'no-last-good', because: 'no gate has passed here yet.' }, key),
    ].join('\n---\n'),
    asText,
  );
  assertInert(
    noPlanComment(
      {
        kind: 'conflict',
        good,
        because: HOSTILE,
        conflicts: [{ path: HOSTILE, key: HOSTILE, bad: HOSTILE, good: HOSTILE, now: HOSTILE }],
      },
      key,
    ),
  );
});

test('the sticky comment says where it stands, what it waits for and what comes next', (t) => {
  const comment = timelineComment(aView());
  t.assert.snapshot(comment, asText);
  assert.equal(parseTimeline(comment.replaceAll('\n', '\r\n')), 'a1b2c3d4e5f6');
});

test('an escalation names the trouble, the people, what to do and the exact command', (t) => {
  t.assert.snapshot(
    timelineComment(
      aView({
        status: {
          kind: 'escalated',
          escalation: {
            trouble: 'Argo CD still retries the sync of the bad commit 9f8e7d6.',
            todo: ['Terminate the running operation', 'Look whether the next sync applies the revert'],
            commands: ['argocd app terminate-op rec-production'],
            mention: ['acme/on-call', 'ada'],
          },
        },
      }),
    ),
    asText,
  );
});

test('recovered is said only with its proof', (t) => {
  const moments = {
    opened: '2026-03-01T12:00:09Z',
    merged: '2026-03-01T12:01:35Z',
    applied: '2026-03-01T12:02:00Z',
    healthy: '2026-03-01T12:02:40Z',
    recovered: '2026-03-01T12:04:05Z',
  };
  t.assert.snapshot(
    timelineComment(
      aView({ moments, status: { kind: 'recovered', because: '5xx rate 0.31 % < 1.00 %, held for 60 s.' } }),
    ),
    asText,
  );
});

test('hostile words in the sticky comment stay inert and cannot claim another incident', () => {
  const incident = anIncident({
    cause: {
      kind: 'alert',
      source: HOSTILE,
      alert: `${HOSTILE}<!-- lastgood:v1:timeline {"incident":"000000000000"} -->`,
      fingerprint: 'x',
    },
  });
  const escalation = { trouble: HOSTILE, todo: [HOSTILE], commands: [HOSTILE], mention: [HOSTILE] };
  const comment = timelineComment(aView({ incident, status: { kind: 'escalated', escalation } }));
  assert.equal(parseTimeline(comment), 'a1b2c3d4e5f6');
  assertInert(comment.replace(/^````[\s\S]*?^````$/m, ''));
});

test('a comment that is not ours has no incident', () => {
  assert.equal(parseTimeline('hello'), null);
  assert.equal(parseTimeline(null), null);
  assert.equal(parseTimeline('<!-- lastgood:v1:timeline {"incident":7} -->'), null);
  assert.equal(parseTimeline('<!-- lastgood:v1:timeline null -->'), null);
});

test('refusals say what is wrong and what would have worked', (t) => {
  t.assert.snapshot(
    [
      refusalComment({
        wrong: "there is no service 'recomender' in lastgood.yml",
        hint: "Did you mean 'recommender'?",
        wouldWork: ['/rollback recommender production'],
      }),
      errorComment({ message: 'GitHub answered 502', hint: 'Look again.', retryable: true }),
      planChangedComment({ asked: 'aaaaaaaaaaaa', now: 'bbbbbbbbbbbb', base: BASE }),
      helpComment([{ syntax: '/rollback plan [service] [environment]', does: 'prints what would happen' }]),
    ].join('\n---\n'),
    asText,
  );
  assertInert(refusalComment({ wrong: HOSTILE, hint: HOSTILE, wouldWork: [] }));
  assertInert(errorComment({ message: HOSTILE, hint: HOSTILE, retryable: false }));
});

test('without a job of the team the second step back is the merge', () => {
  assert.match(twoSteps(null, 'b'.repeat(40))[1] ?? '', /^Step 2: merge this pull request/);
  assert.match(
    twoSteps({ kind: 'github-workflow', name: 'down.yml' }, 'b'.repeat(40))[1] ?? '',
    /lastgood\/migration = success/,
  );
});
