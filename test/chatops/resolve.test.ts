import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { resolveCommand } from '../../src/chatops/resolve.ts';
import { revisionKind } from '../../src/chatops/revision.ts';
import { aPlaybook, errors, playbookOf } from '../playbook/a-playbook.ts';

const rules = (path: string): string =>
  `{ paths: [${path}], applications: [a], verify: { healthy-for: 1s, within: 9s, source: prom, arm: a="b", criteria: [{ ${errors}, if: rate > 2% }] } }`;
/** rec: production, staging. billing: eu, us. search: dev. */
const playbook = playbookOf(
  aPlaybook({
    services: `      staging: ${rules('a')}
  billing:
    environments: { eu: ${rules('b')}, us: ${rules('c')} }
  search:
    environments: { dev: ${rules('d')} }`,
  }),
);
const rec = { service: 'rec', environment: 'production' };
const eu = { service: 'billing', environment: 'eu' };

const resolve = (
  text: string,
  touched: readonly { service: string; environment: string }[] = [],
  kind: 'rollback' | 'plan' = 'rollback',
) => resolveCommand({ kind, words: text.split(' ').filter((word) => word !== '') }, playbook, touched);

function refusal(text: string, touched: readonly { service: string; environment: string }[] = []) {
  const resolved = resolve(text, touched);
  assert.ok(!resolved.ok, text);
  return resolved.refusal;
}

test('words are told apart: service, environment, target, reason', () => {
  assert.deepEqual(resolve('rec staging to 1.4.1 errors went up'), {
    ok: true,
    service: 'rec',
    environment: 'staging',
    to: '1.4.1',
    reason: 'errors went up',
  });
  assert.deepEqual(resolve('staging rec'), {
    ok: true,
    service: 'rec',
    environment: 'staging',
    to: null,
    reason: null,
  });
  assert.deepEqual(resolve('because of rec', [eu]), { ok: true, ...eu, to: null, reason: 'because of rec' });
});

test('what is left out is filled in only where one thing can be meant', () => {
  const place = (text: string, touched = [] as (typeof rec)[]) => {
    const resolved = resolve(text, touched);
    return resolved.ok ? `${resolved.service} ${resolved.environment}` : null;
  };
  assert.equal(place('', [rec]), 'rec production');
  assert.equal(place('rec'), 'rec production');
  assert.equal(place('rec', [{ service: 'rec', environment: 'staging' }]), 'rec staging');
  assert.equal(place('search'), 'search dev');
  assert.equal(place('us'), 'billing us');
  assert.equal(place('billing', [eu]), 'billing eu');
  assert.equal(place('search', [rec]), 'search dev');
  for (const open of ['', 'billing']) assert.equal(place(open), null, open);
  assert.equal(place('', [rec, eu]), null);
});

test('a refusal lists the exact comments that would work, and each of them does', () => {
  const { wrong, wouldWork } = refusal('to 1.4.1 errors', [rec, eu]);
  assert.equal(wrong, 'this pull request touches 2 places that could be meant');
  assert.deepEqual(wouldWork, ['/rollback rec production to 1.4.1 errors', '/rollback billing eu to 1.4.1 errors']);
  for (const text of ['', 'billing', 'rec eu', 'prodction', 'reck']) {
    const options = refusal(text).wouldWork;
    assert.ok(options.length > 0, text);
    for (const option of options) assert.ok(resolve(option.replace('/rollback', '').trim()).ok, option);
  }
  const plan = resolve('billing', [], 'plan');
  assert.ok(!plan.ok && plan.refusal.wouldWork.includes('/rollback plan billing us'));
});

test('a word that nearly names something is asked about, not taken for a reason', () => {
  assert.match(refusal('prodution', [eu]).hint, /Did you mean 'production'\?/);
  assert.match(refusal('serch', [eu]).hint, /'search'/);
  assert.match(refusal('statsu', [eu]).hint, /'status'/);
  assert.match(refusal('Rec', [eu]).hint, /'rec'/);
  assert.match(refusal('billing ue', []).wrong, /2 places/);
  assert.ok(resolve('errors', [eu]).ok);
});

test('a revision is a commit, a time with its zone, or a name as it stands', () => {
  const to = (word: string) => {
    const resolved = resolve(`rec to ${word}`);
    return resolved.ok && resolved.to !== null ? [resolved.to, revisionKind(resolved.to)] : null;
  };
  assert.deepEqual(to('ABCDEF1'), ['abcdef1', 'sha']);
  assert.deepEqual(to('a'.repeat(40)), ['a'.repeat(40), 'sha']);
  assert.deepEqual(to('abcdef'), ['abcdef', 'name']);
  assert.deepEqual(to('v1.4.1'), ['v1.4.1', 'name']);
  assert.deepEqual(to('2026-01-31'), ['2026-01-31', 'name']);
  assert.deepEqual(to('2026-01-31T14:30+02:00'), ['2026-01-31T12:30:00.000Z', 'time']);
  assert.deepEqual(to('2026-01-31t14:30:05z'), ['2026-01-31T14:30:05.000Z', 'time']);
  for (const wrong of [
    '',
    '2026-01-31T14:30',
    '2026-02-30T14:30Z',
    '2026-01-31T25:00Z',
    '`abc1234`',
    '--upload-pack=x',
    'a..b',
    '$(id)',
    'x.lock',
    '@{1}',
  ]) {
    assert.equal(to(wrong), null, wrong);
  }
});

test('whatever the words are, what is resolved exists in the playbook', () => {
  const word = fc.oneof(
    fc.constantFrom('rec', 'billing', 'production', 'eu', 'us', 'to', 'abc1234', 'constructor', '__proto__', 'errors'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.subarray([rec, eu]), (words, touched) => {
      const resolved = resolveCommand({ kind: 'rollback', words }, playbook, touched);
      if (resolved.ok) assert.ok(playbook.services[resolved.service]?.environments[resolved.environment]);
    }),
    { numRuns: 2_000 },
  );
});

test('an environment that the playbook does not have is refused: whoever asks for staging does not get another one', () => {
  for (const text of ['search uat', 'search qa because of errors', 'search Preprod to 1.4.1']) {
    const { wrong, hint, wouldWork } = refusal(text);
    assert.match(wrong, /^the playbook has no environment '(uat|qa|Preprod)' of 'search'$/);
    assert.match(hint, /put 'because' before it/);
    assert.ok(wouldWork[0]?.startsWith('/rollback search dev'), text);
  }
  assert.match(refusal('uat', [eu]).wrong, /no environment 'uat'$/);
  assert.ok(resolve('search because staging failed first').ok);
});
