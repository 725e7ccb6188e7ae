import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOrder, type ReadOrder } from '../../src/chatops/order.ts';
import { parseComment } from '../../src/chatops/parse.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { aPlaybook } from '../playbook/a-playbook.ts';

const NOW = Date.parse('2026-11-17T14:00:00Z');
const parsed = parsePlaybook(aPlaybook(), 'lastgood.yml');
assert.ok(parsed.ok);
const { playbook } = parsed;

function order(comment: string): ReadOrder {
  const read = parseComment(comment);
  assert.ok(read?.kind === 'command' && 'words' in read.command, comment);
  return readOrder(read.command, playbook, NOW);
}
const understood = (comment: string) => {
  const read = order(comment);
  assert.ok(read.ok, comment);
  return [read.service, read.environment, read.until, read.reason];
};
const refused = (comment: string) => {
  const read = order(comment);
  assert.ok(!read.ok, comment);
  return `${read.refusal.wrong} ${read.refusal.hint} ${read.refusal.wouldWork.join(' ')}`;
};

test('what is left out means everything', () => {
  assert.deepEqual(understood('/hold'), ['*', '*', null, null]);
  assert.deepEqual(understood('/hold rec'), ['rec', '*', null, null]);
  assert.deepEqual(understood('/freeze production'), ['*', 'production', null, null]);
  assert.deepEqual(understood('/freeze rec production because of the sale'), [
    'rec',
    'production',
    null,
    'because of the sale',
  ]);
});

test('until takes a time with its zone or a duration, and the rest is the reason', () => {
  assert.deepEqual(understood('/freeze production until 2026-11-18T08:00Z year end'), [
    '*',
    'production',
    '2026-11-18T08:00:00.000Z',
    'year end',
  ]);
  assert.deepEqual(understood('/hold until 2h'), ['*', '*', '2026-11-17T16:00:00.000Z', null]);
});

test('a time that is over, without a zone or no time at all is refused with what would work', () => {
  assert.deepEqual(understood('/freeze year end until 2h'), ['*', '*', '2026-11-17T16:00:00.000Z', 'year end']);
  assert.deepEqual(understood('/freeze no changes until fixed'), ['*', '*', null, 'no changes until fixed']);
  assert.match(refused('/freeze until 2026-11-17T13:59Z'), /over already/);
  assert.match(refused('/freeze until 2026-11-18T08:00'), /time zone/);
  assert.match(refused('/freeze until tomorrow'), /neither a time nor a duration.*2h/);
  assert.match(refused('/freeze until'), /nothing stands after/);
});

test('a name that nearly names something is asked about instead of stopping everything', () => {
  assert.match(refused('/freeze produktion'), /Did you mean 'production'.*\/freeze production/);
  assert.match(refused('/hold rec prodution'), /Did you mean 'production'/);
});

test('one letter off a command is answered with the command; words of other tools are left alone', () => {
  const hint = (comment: string) => {
    const read = parseComment(comment);
    return read?.kind === 'refusal' ? read.refusal.hint : (read?.kind ?? null);
  };
  assert.equal(hint('/unfreze'), 'Did you mean /unfreeze?');
  assert.equal(hint('/freez'), null, "five letters are somebody else's word");
  assert.equal(hint('/whatrun 2026-11-17T14:00Z'), 'Did you mean /whatran?');
  for (const other of ['/hodl', '/lgtm', '/retest', '/fallback', '/released-notes'])
    assert.equal(hint(other), null, other);
  assert.match(hint('/gate pass') ?? '', /cannot be passed by comment/);
});
