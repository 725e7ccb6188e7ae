/** What people and machines wrote, in every sentence that repeats it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cause } from '../../src/plan/incident.ts';
import { adoptionComment } from '../../src/report/adoption.ts';
import { buttonsCheck, pressedCheck, rollbackPressed } from '../../src/report/buttons.ts';
import { causeMarkdown } from '../../src/report/cause.ts';
import { falseAlarmComment, orderComment, releaseComment, standingLines } from '../../src/report/orders.ts';
import { protectionWords } from '../../src/report/protection.ts';
import { gaveUpComment, planChangedComment } from '../../src/report/refusals.ts';
import { releaseCheckAnswer } from '../../src/report/release-check.ts';
import { rulesFor } from '../control/builders.ts';
import { aMemory, assertInert, HOSTILE } from './builders.ts';

const PLACE = { service: HOSTILE, environment: HOSTILE };
const AT = '2026-03-01T12:00:00.000Z';
const ORDER = { ...PLACE, by: HOSTILE, since: AT, until: null, reason: HOSTILE };
const HELD = {
  ...{ path: HOSTILE, key: HOSTILE, value: HOSTILE, instead: HOSTILE, incident: 'a1b2c3d4e5f6' },
  ...{ bad: 'b'.repeat(40), reason: HOSTILE, since: AT, until: AT },
};

const CAUSES: readonly Cause[] = [
  { kind: 'command', by: HOSTILE, commentId: 1, issue: 0, reason: HOSTILE },
  { kind: 'gate', checkRunId: 1, trigger: HOSTILE, then: 'rollback', because: HOSTILE },
  { kind: 'quarantine', writer: HOSTILE, value: HOSTILE, path: HOSTILE },
  { kind: 'alert', source: 'Grafana', alert: HOSTILE, fingerprint: HOSTILE },
];
for (const cause of CAUSES)
  test(`a cause that is a ${cause.kind} closes, opens and mentions nothing`, () => {
    assertInert(causeMarkdown(cause));
  });

const SAID: Readonly<Record<string, string>> = {
  'an order': orderComment('hold', ORDER),
  'the orders that stand': standingLines('freeze', [ORDER]).join('\n'),
  'a release from quarantine': releaseComment([HELD], PLACE, HOSTILE),
  'a false alarm': falseAlarmComment({ incident: HOSTILE, because: HOSTILE }),
  'a gate with buttons': buttonsCheck(PLACE, HOSTILE).summary,
  'a pressed button': `${rollbackPressed(HOSTILE, { number: 7 })} ${rollbackPressed(HOSTILE, { because: HOSTILE })}`,
  'the title of a pressed button': pressedCheck(PLACE, '').title,
  'a command that is given up': gaveUpComment({ message: HOSTILE, hint: HOSTILE }),
  'a plan that changed': planChangedComment({ asked: HOSTILE, now: null, because: HOSTILE, base: 'b'.repeat(40) }),
  'a protection rule': protectionWords({ kind: 'no-gate', environment: HOSTILE }),
  'a revert of a person': adoptionComment(aMemory(), HOSTILE, rulesFor()),
  'a quarantine that cannot be read': releaseCheckAnswer('x', [], { kind: 'change', broken: [HOSTILE] }).summary,
  'a change that is stopped': releaseCheckAnswer(
    'x',
    [
      { kind: 'quarantined', place: PLACE, found: [HELD] },
      { kind: 'frozen', place: PLACE, order: ORDER },
    ],
    { kind: 'change', broken: [] },
  ).summary,
};
for (const [what, text] of Object.entries(SAID))
  test(`${what} closes, opens and mentions nothing that somebody else wrote`, () => {
    assertInert(text);
  });

test('the answer to a protection rule is never longer than GitHub takes, however much of it is escaped', () => {
  assert.ok(protectionWords({ kind: 'no-gate', environment: '@<&'.repeat(1_000) }).length <= 1_024);
});
