import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReplies, type PrintedPlan } from '../../src/control/reply.ts';
import { RollbackError } from '../../src/errors.ts';
import { at } from './builders.ts';
import { anOutside, doorsOf } from './fakes.ts';

const PLAN: PrintedPlan = { hash: 'feedfacecafe', service: 'web', environment: 'production', to: null, bad: null };

function aComment() {
  const world = anOutside();
  const to = { commentId: 900, page: { kind: 'issue' as const, number: 5 }, createdAt: at(0) };
  return { ...world, replies: (more: Partial<typeof to> = {}) => createReplies(doorsOf(world), { ...to, ...more }) };
}

test('one comment gets at most one text and one reaction, however often and by whomever it is dealt with', async () => {
  const { repository, replies } = aComment();
  const first = replies();
  await first.answer('The answer.');
  await first.answer('The answer.');
  await first.refuse('No.');
  await first.acknowledge();
  await replies().answer('The answer of another process.');
  assert.equal(repository.said.length, 1);
  assert.deepEqual(repository.reactions, [{ comment: 900, content: 'rocket' }]);
});

test('a refusal is a text and a confused reaction', async () => {
  const { repository, replies } = aComment();
  await replies().refuse('No.');
  assert.match(repository.said[0]?.body ?? '', /^No\./);
  assert.deepEqual(repository.reactions, [{ comment: 900, content: 'confused' }]);
});

test('two comments on one page are answered each', async () => {
  const { repository, replies } = aComment();
  await replies().answer('One.');
  await replies({ commentId: 901 }).answer('Two.');
  assert.equal(repository.said.length, 2);
});

test('the text comes before the reaction: without the reaction the sweep hands the comment in again', async () => {
  const { repository, replies } = aComment();
  repository.failOn('comment', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
  await assert.rejects(replies().answer('The answer.'));
  assert.deepEqual(repository.reactions, []);
  await replies().answer('The answer.');
  assert.equal(repository.said.length, 1);
  assert.equal(repository.reactions.length, 1);
});

test('a printed plan is found by its hash on its own page, and only when we printed it', async () => {
  const { repository, replies } = aComment();
  await replies().answer('The plan.', PLAN);
  const printed = repository.said[0]?.body ?? '';
  assert.deepEqual(await replies({ commentId: 901 }).findPlan('feedfacecafe'), PLAN);
  assert.equal(await replies().findPlan('000000000000'), null);
  assert.equal(await replies({ page: { kind: 'issue' as const, number: 6 } }).findPlan('feedfacecafe'), null);
  repository.say(6, 'eve', printed);
  assert.equal(await replies({ page: { kind: 'issue' as const, number: 6 } }).findPlan('feedfacecafe'), null);
});

test('a plan goes through the comment unchanged, and what is no plan is none', async () => {
  const { repository, replies } = aComment();
  const plan = { ...PLAN, to: 'v1.4.1-->', bad: 'b'.repeat(40) };
  await replies().answer('The plan.', plan);
  assert.deepEqual(await replies().findPlan('feedfacecafe'), plan);
  for (const wrong of ['{}', '{"plan":null}', '{"plan":{"hash":"feedfacecafe"}}', '[]', '7']) {
    repository.said.length = 0;
    repository.say(5, 'lastgood[bot]', `<!-- lastgood:v1:reply ${wrong} -->`);
    assert.equal(await replies().findPlan('feedfacecafe'), null, wrong);
  }
});
