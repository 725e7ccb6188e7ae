/** Texts that GitHub must accept, whatever stands in the release: it refuses more than 65,536 characters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/control/decide.ts';
import { noPlanComment, planComment } from '../../src/report/plan.ts';
import { diffDetails } from '../../src/report/plan-more.ts';
import { parseBlock, pullRequestBody } from '../../src/report/pull-request.ts';
import { timelineComment } from '../../src/report/timeline.ts';
import { viewOf } from '../../src/control/tell.ts';
import { aGood, anObserved, aPlan, GOOD, planning, rulesFor } from '../control/builders.ts';

/** The marker that goes behind an answer needs a place, too. */
const MOST = 60_000;
const many = <T>(count: number, one: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => one(n));
const sha = (n: number): string => String(n).padStart(40, '0');
const later = many(400, (n) => ({ sha: sha(n), title: `Release ${n} ${'t'.repeat(200)}`, author: 'a'.repeat(80) }));
const hugePlan = aPlan({
  undoes: later,
  changes: many(300, (n) => ({
    ...{ path: `apps/web/${n}/${'p'.repeat(180)}`, key: 'k'.repeat(150) },
    ...{ from: 'f'.repeat(200), to: 't'.repeat(200), moves: 'version' as const },
  })),
  edits: many(300, (n) => ({
    kind: 'delete' as const,
    path: `apps/web/${n}/${'p'.repeat(180)}`,
    rung: 'blob' as const,
  })),
});

test('the plan of a huge release fits into a comment, with its hash and how many rows are missing', () => {
  const text = (sign: string) => many(60, (n) => `${sign}${n}: ${'v'.repeat(180)}\n`).join('');
  const files = many(20, (n) => ({ path: `apps/web/values-${n}.yaml`, before: text('a'), after: text('b') }));
  const view = { route: 'direct merge', blockers: [], more: [diffDetails(files)], printedIn: 'comment' } as const;
  const body = planComment({ plan: hugePlan, ...view });
  assert.ok(body.length < MOST, String(body.length));
  assert.match(body, /\/rollback confirm feedfacecafe/);
  assert.match(body, /… and \d{3} more\.[\s\S]*and \d+ more files/);
});

test('a conflict with hundreds of keys and later commits fits into a comment, and both ways on are in it', () => {
  const conflicts = many(300, (n) => ({
    ...{ path: `p${n}${'x'.repeat(150)}`, key: 'k'.repeat(150) },
    ...{ bad: 'b'.repeat(200), good: 'g'.repeat(200), now: 'n'.repeat(200) },
  }));
  const planned = {
    kind: 'conflict',
    good: aGood(),
    because: 'keys changed again',
    conflicts,
    later,
    instead: hugePlan,
  } as const;
  const body = noPlanComment(planned, { service: 'web', environment: 'production' }, 'confirmable');
  assert.ok(body.length < MOST, String(body.length));
  assert.ok(body.includes(`/rollback web production to ${GOOD}`));
  assert.match(body, /\/rollback confirm feedfacecafe/);
  const seen = anObserved({ stage: planning(planned) });
  const none = { opened: null, merged: null, applied: null, healthy: null, recovered: null };
  const comment = timelineComment(viewOf(seen, decide(seen), none));
  assert.match(comment, new RegExp(`/rollback web production to ${GOOD} reverts these too: .* Release 0 .*; 396 more`));
});

test('a revert of a release whose author has an endless name is remembered', () => {
  const body = pullRequestBody({
    ...{ plan: hugePlan, verify: rulesFor().verify, quarantine: [], applications: [], mode: 'auto' },
    ...{ requestedAt: '2026-01-01T00:00:00.000Z', author: 'a'.repeat(600) },
  });
  assert.ok(body.length < MOST);
  assert.equal(parseBlock(body)?.author?.length, 500);
});

test('a revert with hundreds of things to know fits, and still says the first of them', () => {
  const body = pullRequestBody({
    ...{ plan: { ...hugePlan, notes: many(300, (n) => `Doubt ${n}: ${'d'.repeat(400)}`) }, quarantine: [] },
    ...{ verify: rulesFor().verify, applications: [], mode: 'human', requestedAt: '2026-01-01T00:00:00.000Z' },
  });
  assert.ok(body.length < MOST, String(body.length));
  assert.match(body, /Know before you merge/);
  assert.match(body, /Doubt 2: [\s\S]*… and \d+ more\./);
  assert.notEqual(parseBlock(body), null);
});
