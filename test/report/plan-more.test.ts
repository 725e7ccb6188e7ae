import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/ledger/entry.ts';
import { pastDurations } from '../../src/ledger/durations.ts';
import { diffDetails, expectedTime, movedList, routeWords } from '../../src/report/plan-more.ts';

const line = (incident: string, kind: Entry['kind'], seconds: number): Entry => ({
  ...{
    at: new Date(seconds * 1000).toISOString(),
    kind,
    id: `${incident}/${kind}`,
    service: 'web',
    environment: 'production',
  },
  ...{ revision: null, incident, actor: 'lastgood', because: '', details: {} },
});
const story = (incident: string, opened: number, merged: number, recovered: number) => [
  line(incident, 'opened', opened),
  line(incident, 'merged', merged),
  line(incident, 'recovered', recovered),
];

test('the expected time is the median of this ledger, and nothing is said without history', () => {
  assert.match(expectedTime(pastDurations([])), /^no history yet/);
  assert.match(expectedTime(pastDurations([line('a', 'opened', 0), line('a', 'merged', 9)])), /^no history yet/);
  const entries = [...story('a', 0, 10, 70), ...story('b', 100, 140, 240), ...story('c', 500, 520, 1_120)];
  assert.deepEqual(pastDurations(entries), { openedToMerged: 20_000, mergedToRecovered: 100_000, recovered: 3 });
  assert.match(
    expectedTime(pastDurations(entries)),
    /20 s until the merge, .* from the merge to recovered \(median of 3 here\)/,
  );
});

test('a fallback that served for a day is no rollback that took a day', () => {
  const aside = { ...line('f', 'requested', 0), revision: null };
  const entries = [...story('a', 0, 10, 70), aside, ...story('f', 0, 10, 86_400)];
  assert.deepEqual(pastDurations(entries), { openedToMerged: 10_000, mergedToRecovered: 60_000, recovered: 1 });
});

test('the lines that change are folded away, and a fence in a file cannot break out', () => {
  const shown = diffDetails([{ path: 'a.yaml', before: 'x: 1\ny: ```\n', after: 'x: 2\ny: ```\n' }]);
  assert.match(shown, /^<details>/);
  assert.match(shown, /-x: 1\n\+x: 2/);
  assert.doesNotMatch(shown, /y:/);
  assert.equal(diffDetails([]), '');
  const long = Array.from({ length: 200 }, (_, i) => `k${i}: 1\n`).join('');
  assert.match(diffDetails([{ path: 'b.yaml', before: null, after: long }]), /161 more lines/);
});

test('the route is said in words', () => {
  assert.equal(routeWords([], { approvals: 0 }), 'direct merge, pinned to the head');
  assert.equal(
    routeWords(['required_status_checks', 'pull_request'], { approvals: 2 }),
    'after 2 approvals: merged once the required checks have passed and the required reviews are there',
  );
  assert.match(routeWords(['merge_queue', 'required_status_checks'], { approvals: 0 }), /merge queue/);
});

test('what moved names head, commits, target and files', () => {
  const sha = (digit: string) => digit.repeat(40);
  const said = movedList({
    ...{ from: sha('a'), to: sha('b'), branch: 'main', files: ['c.yaml'] },
    commits: [{ sha: sha('c'), title: 'Release 3', author: 'bob' }],
    target: { from: sha('d'), to: sha('e') },
  });
  assert.equal(
    said,
    '- main moved from aaaaaaa to bbbbbbb\n  - ccccccc Release 3 (bob)\n- the target moved from ddddddd to eeeeeee\n- other files: `c.yaml`',
  );
});
