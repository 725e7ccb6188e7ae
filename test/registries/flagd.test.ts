import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FlagdCore } from '@openfeature/flagd-core';
import { POSTGRESQL } from '../../src/migrations/database.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { anIncident, BAD, BASE, aGood } from '../control/builders.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The release serves the new ranker to half of the people by targeting, which wins over the default; then came another flag. */
const flags = (percent: number, others: object = {}): string => {
  const targeting = {
    fractional: [
      ['new', percent],
      ['old', 100 - percent],
    ],
  };
  const variants = { new: 'v2', old: 'v1' };
  const ranker = { state: 'ENABLED', variants, defaultVariant: 'old', targeting };
  return `${JSON.stringify({ flags: { ranker, ...others } }, null, 2)}\n`;
};
const GOOD = flags(0);
const RELEASED = flags(50);
const LATER = flags(50, { banner: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' } });

function served(text: string): ReadonlySet<string> {
  const core = new FlagdCore();
  core.setConfigurations(text);
  const users = Array.from({ length: 200 }, (_, i) => `user-${i}`);
  return new Set(
    users.map((user) => core.resolveStringEvaluation('ranker', 'none', { targetingKey: user }, QUIET).value),
  );
}

const QUIET = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

test('a reverted flagd file serves everybody what it served before, by the evaluation that flagd itself uses', () => {
  assert.deepEqual([...served(RELEASED)].toSorted(), ['v1', 'v2']);
  const state = (text: string) => ({ blob: sha256(text).slice(0, 40), mode: '100644', text });
  const planned = makePlan(
    {
      ...{ incident: anIncident({ bad: BAD }), base: BASE, baseBranch: 'main', good: aGood(), undoes: [] },
      database: POSTGRESQL,
      files: [{ path: 'flags/flagd.json', good: state(GOOD), bad: state(RELEASED), now: state(LATER) }],
    },
    sha256,
  );
  assert.ok(planned.kind === 'planned', JSON.stringify(planned));
  const [edit] = planned.plan.edits;
  assert.ok(edit?.kind === 'write');
  assert.deepEqual([...served(edit.text)], ['v1']);
  const core = new FlagdCore();
  core.setConfigurations(edit.text);
  assert.equal(core.resolveBooleanEvaluation('banner', false, {}, QUIET).value, true, 'what came later stays');
});
