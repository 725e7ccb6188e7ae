import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayRollBack } from '../../src/chatops/allowed.ts';
import { speakerOf } from '../../src/control/speaker.ts';

const OWNERS = ['@acme/oncall', 'mona'];

function asked(members: Readonly<Record<string, readonly string[]>>) {
  const questions: string[] = [];
  const isTeamMember = async (team: string, login: string): Promise<boolean> => {
    questions.push(team);
    return members[team]?.includes(login) === true;
  };
  return { questions, isTeamMember };
}

const eve = { author: 'eve', isBot: false };

test('an active member of an owning team may; anybody else without a role may not', async () => {
  const github = asked({ 'acme/oncall': ['eve'] });
  assert.deepEqual(mayRollBack({ ...(await speakerOf(github, eve, 'read', OWNERS)), owners: OWNERS }), { ok: true });
  const stranger = await speakerOf(github, { author: 'mallory', isBot: false }, 'read', OWNERS);
  assert.equal(mayRollBack({ ...stranger, owners: OWNERS }).ok, false);
});

test('a team that owns another service gives nothing here', async () => {
  const speaker = await speakerOf(asked({ 'acme/oncall': ['eve'] }), eve, 'read', OWNERS);
  assert.equal(mayRollBack({ ...speaker, owners: ['acme/search'] }).ok, false);
});

test('GitHub is not asked about whose role is enough, and a GitHub that does not answer allows nothing', async () => {
  const github = asked({});
  await speakerOf(github, eve, 'write', OWNERS);
  assert.deepEqual(github.questions, []);
  const down = { isTeamMember: () => Promise.reject(new Error('down')) };
  await assert.rejects(speakerOf(down, eve, 'read', OWNERS), /down/);
});
