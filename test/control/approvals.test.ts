import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreed, approvedWords, type Approval, type Asked } from '../../src/control/approvals.ts';
import { hear } from '../../src/control/command.ts';
import { parse as parseLedger } from '../../src/ledger/chain.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { aCommandCause, aGateCause } from './builders.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, type Released, steps, toTheEnd } from './world.ts';

const yes = (by: string, how: Approval['how'] = 'comment'): Approval => ({ by, how, void: null });
const no = (by: string, because: string): Approval => ({ by, how: 'review', void: because });
const policy = { needed: 0, commands: false, codeowners: false };
const asked = (needed: number, given: readonly Approval[], more: Partial<Asked> = {}): Asked => ({
  ...{ policy: { ...policy, needed }, cause: aGateCause(), author: 'bob', given, owned: [], ...more },
});
const owned = (path: string, by: readonly string[]) => ({ paths: [path], owners: ['@acme/sre', '@ada'], by });

const table: readonly (readonly [string, Asked, string])[] = [
  ['nobody is asked', asked(0, []), 'free'],
  ["a person's own command needs nobody unless the policy says so", asked(2, [], { cause: aCommandCause() }), 'free'],
  ['one', asked(1, [yes('ada')]), 'enough: ada (comment)'],
  ['none yet', asked(1, []), 'waits for 1 more approval: nobody approved yet'],
  ['two of two', asked(2, [yes('ada'), yes('carl', 'review')]), 'enough: ada (comment), carl (review)'],
  ['one of two', asked(2, [yes('ada')]), 'waits for 1 more approval: ada approved'],
  [
    'the same person twice is one',
    asked(2, [yes('ada'), yes('Ada', 'review')]),
    'waits for 1 more approval: ada approved',
  ],
  ['the author alone', asked(1, [yes('bob')]), 'waits for 1 more approval: author bob does not count alone'],
  ['the author beside another', asked(2, [yes('bob'), yes('ada')]), 'enough: bob (comment), ada (comment)'],
  ['an author who is not known holds nobody back', asked(1, [yes('bob')], { author: null }), 'enough: bob (comment)'],
  [
    'what does not count is named with its reason',
    asked(2, [yes('ada'), no('carl', 'approved an older head')]),
    'waits for 1 more approval: ada approved, carl approved an older head',
  ],
  [
    'one word that counts is enough, however many do not',
    asked(1, [no('ada', 'is old'), yes('ada')]),
    'enough: ada (comment)',
  ],
  [
    'only the team counts, and it is named',
    asked(1, [no('carl', 'is not in acme/sre')], { policy: { ...policy, needed: 1, team: 'acme/sre' } }),
    'waits for 1 more approval of acme/sre: carl is not in acme/sre',
  ],
  [
    'whoever asked counts as one where commands need agreement too',
    asked(2, [yes('ada', 'command')], { policy: { ...policy, needed: 2, commands: true }, cause: aCommandCause() }),
    'waits for 1 more approval: ada approved',
  ],
  [
    'code owners ask for one person, even where no number is set',
    asked(0, [], { policy: { ...policy, codeowners: true } }),
    'waits for 1 more approval: nobody approved yet',
  ],
  [
    'enough people, none of whom owns a file',
    asked(1, [yes('carl')], { owned: [owned('a.yml', ['ada']), owned('b.yml', ['carl'])] }),
    'waits for 1 more approval, with a code owner of a.yml (@acme/sre, @ada) among them: carl approved',
  ],
  ['an owner of each file', asked(1, [yes('Ada')], { owned: [owned('a.yml', ['ada'])] }), 'enough: Ada (comment)'],
  [
    'an owner whose word does not count',
    asked(1, [yes('carl'), no('ada', 'approved an older head')], { owned: [owned('a.yml', ['ada'])] }),
    'waits for 1 more approval, with a code owner of a.yml (@acme/sre, @ada) among them: carl approved, ada approved an older head',
  ],
];
for (const [name, about, wanted] of table)
  test(`approvals: ${name}`, () => {
    const word = agreed(about);
    const said =
      word.kind === 'waits' ? word.because : word.kind === 'enough' ? `enough: ${approvedWords(word.by)}` : word.kind;
    assert.equal(said, wanted);
  });

const twoPeople = { rollback: { approval: 'auto', approvals: { needed: 2 } }, owners: ['carl', 'dora'] } as const;
async function confirm(world: Released, author: string, hash?: string): Promise<void> {
  const loop = aLoop(world);
  const [pull] = world.repository.pulls;
  const body = `/rollback confirm ${hash ?? parseBlock(pull?.body)?.planHash ?? ''}`;
  const said = world.repository.say(pull?.number ?? 0, author, body);
  await hear(doorsOf(world), loop, {
    ...{
      commentId: said.id,
      page: { kind: 'issue', number: pull?.number ?? 0 },
      author,
      isBot: false,
      body,
      createdAt: said.createdAt,
    },
  });
  await loop.flush();
}
const words = (world: Released) =>
  world.repository.said.filter(({ author }) => author.startsWith('lastgood')).map(({ body }) => body);

test('what a gate started waits until two people agreed, and who they were stands in the pull request and the ledger', async () => {
  const world = aRelease(twoPeople);
  const waits = await aLoop(world).reconcile(KEY, anAsk(world));
  assert.ok(waits.kind === 'looked' && waits.step.kind === 'wait');
  assert.match(waits.step.because, /waits for 2 more approvals: nobody approved yet/);
  await confirm(world, 'carl');
  await confirm(world, 'carl');
  assert.match(words(world).join('\n'), /\*\*Noted\*\*: .*waits for 1 more approval: carl approved/);
  assert.equal(world.repository.pulls[0]?.state, 'open');
  await confirm(world, 'dora');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.match(world.repository.pulls[0].body, /Approved by\*\* carl \(comment\), dora \(comment\)/);
  await toTheEnd(world, aLoop(world), null);
  const merged = parseLedger(world.repository.ledgerText).find(({ kind }) => kind === 'merged');
  assert.equal(merged?.details['approvedBy'], 'carl (comment), dora (comment)');
});

test('a review of this very head counts, one of an older head does not', async () => {
  const world = aRelease(twoPeople);
  await aLoop(world).reconcile(KEY, anAsk(world));
  const { number, head } = world.repository.pulls[0] ?? { number: 0, head: '' };
  const review = (by: string, at: string) => ({ by, isBot: false, state: 'approved', head: at }) as const;
  world.repository.reviewed.set(number, [review('carl', head), review('dora', 'f00')]);
  const still = await aLoop(world).reconcile(KEY, null);
  assert.ok(still.kind === 'looked' && still.step.kind === 'wait');
  assert.match(still.step.because, /1 more approval: carl approved, dora approved an older head/);
  world.repository.reviewed.set(number, [
    review('carl', head),
    review('dora', head),
    { ...review('bot', head), isBot: true },
  ]);
  assert.ok(steps(await toTheEnd(world, aLoop(world), null)).includes('finish recovered'));
});

test('whoever may not roll back may not approve, and a review that asks for changes takes a confirmation back', async () => {
  const world = aRelease({ ...twoPeople, rollback: { approval: 'auto', approvals: { needed: 1 } } });
  await aLoop(world).reconcile(KEY, anAsk(world));
  const { number, head } = world.repository.pulls[0] ?? { number: 0, head: '' };
  world.repository.reviewed.set(number, [
    { by: 'eve', isBot: false, state: 'approved', head },
    { by: 'carl', isBot: false, state: 'changes-requested', head },
  ]);
  await confirm(world, 'carl');
  const [first] = world.repository.pulls;
  assert.equal(first?.state, 'open');
  assert.match(words(world).at(-1) ?? '', /carl asks for changes in a review, eve may not roll back here/);
});

test("a person's own command waits too where the policy says so", async () => {
  const world = aRelease({ rollback: { approvals: { needed: 2, commands: true } }, owners: ['carl', 'dora'] });
  const settled = await aLoop(world).reconcile(KEY, anAsk(world, { cause: aCommandCause({ by: 'dora' }) }));
  assert.ok(settled.kind === 'looked' && settled.step.kind === 'wait');
  assert.match(settled.step.because, /waits for 1 more approval: dora approved/);
  await confirm(world, 'carl');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
});

test('an approval that is taken back takes back what GitHub was told to merge by itself', async () => {
  const world = aRelease({ ...twoPeople, rollback: { approval: 'auto', approvals: { needed: 1 } } });
  const { repository } = world;
  repository.rules = ['required_status_checks'];
  repository.mergeState = 'blocked';
  await aLoop(world).reconcile(KEY, anAsk(world));
  await confirm(world, 'carl');
  assert.equal(repository.pulls[0]?.autoMerge, 'ours');
  const { number, head } = repository.pulls[0];
  repository.reviewed.set(number, [{ by: 'carl', isBot: false, state: 'changes-requested', head }]);
  assert.deepEqual(steps([await aLoop(world).reconcile(KEY, null)]), ['wait approval']);
  assert.equal(repository.pulls[0].autoMerge, 'off');
});

test('whoever is outside the team does not count, and neither does a bot that approves', async () => {
  const approvals = { needed: 1, team: '@acme/sre' };
  const world = aRelease({ ...twoPeople, rollback: { approval: 'auto', approvals } });
  await aLoop(world).reconcile(KEY, anAsk(world));
  const { number, head } = world.repository.pulls[0] ?? { number: 0, head: '' };
  world.repository.teams.set('acme/sre', ['dora', 'helper']);
  world.repository.reviewed.set(number, [{ by: 'helper', isBot: true, state: 'approved', head }]);
  await confirm(world, 'carl');
  assert.equal(world.repository.pulls[0]?.state, 'open');
  assert.match(words(world).at(-1) ?? '', /waits for 1 more approval of @.?acme\/sre: carl is not in @.?acme\/sre;/);
  await confirm(world, 'dora');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
});

test('another hash approves nothing', async () => {
  const world = aRelease(twoPeople);
  await aLoop(world).reconcile(KEY, anAsk(world));
  await confirm(world, 'carl', 'ffffffffffff');
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.confirmed, undefined);
});

test('code owners are read from the default branch, by name or as a member of a team at that moment', async () => {
  const approvals = { codeowners: true };
  const world = aRelease({ rollback: { approval: 'auto', approvals }, owners: ['carl', 'dora'] });
  world.repository.release('Owners', { '.github/CODEOWNERS': '* @nobody\n/apps/ ops@acme.io @acme/web\n' });
  await aLoop(world).reconcile(KEY, anAsk(world));
  assert.match(world.repository.pulls[0]?.body ?? '', /1 person has agreed, the code owners of its files among them/);
  await confirm(world, 'carl');
  assert.match(
    words(world).at(-1) ?? '',
    /a code owner of apps\/web\/deployment\.yaml \(ops@.?acme\.io, @.?acme\/web\)/,
  );
  assert.equal(world.repository.pulls[0]?.state, 'open');
  world.repository.teams.set('acme/web', ['dora']);
  await confirm(world, 'dora');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
});
