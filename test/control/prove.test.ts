import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProver } from '../../src/control/prove.ts';
import { MINUTE, rulesFor, SECOND } from './builders.ts';
import { FakeClock, FakeSource } from './fakes.ts';

function aProof(options: { remembers?: boolean; within?: string } = {}) {
  const clock = new FakeClock();
  const source = new FakeSource(clock, options.remembers);
  const { verify } = rulesFor({ verify: { within: options.within ?? '10m' } });
  const prover = createProver(clock);
  const sources = new Map([['errors', source]]);
  const since = clock.now();
  const prove = (from = since) => prover.prove('incident', verify, sources, from);
  return { clock, source, prover, prove, since, verify };
}

/** Looks every five seconds until something else than `continue` is said, at most for so long. */
async function untilDecided(
  proof: ReturnType<typeof aProof>,
  most = 10 * MINUTE,
): Promise<{ status: string; ms: number }> {
  const began = proof.clock.now();
  for (;;) {
    const { status } = await proof.prove();
    const ms = proof.clock.now() - began;
    if (status === 'pass' || ms >= most) return { status, ms };
    proof.clock.turn(5 * SECOND);
  }
}

test('the first look of a source without history proves nothing: it has no window yet', async () => {
  const { prove } = aProof();
  assert.equal((await prove()).status, 'continue');
});

test('a service that serves well is proven after some traffic, not at once', async () => {
  const { status, ms } = await untilDecided(aProof());
  assert.equal(status, 'pass');
  assert.ok(ms >= 5 * SECOND && ms < 2 * MINUTE, String(ms));
});

test('a source with history is asked about the time when health began, so that a restart loses nothing', async () => {
  const proof = aProof({ remembers: true });
  proof.clock.turn(MINUTE);
  assert.equal((await proof.prove()).status, 'pass');
  const forgetful = aProof({ remembers: false });
  forgetful.clock.turn(MINUTE);
  assert.equal((await forgetful.prove()).status, 'continue');
});

test('a service that serves errors is never proven', async () => {
  const proof = aProof();
  proof.source.rate = 0.05;
  assert.notEqual((await untilDecided(proof)).status, 'pass');
});

test('a service without traffic, and one without metrics, is never proven', async () => {
  const idle = aProof();
  idle.source.perSecond = 0;
  assert.notEqual((await untilDecided(idle)).status, 'pass');
  const silent = aProof();
  silent.source.silent = true;
  assert.notEqual((await untilDecided(silent)).status, 'pass');
});

test('health that was lost and regained begins a new proof', async () => {
  const proof = aProof();
  await proof.prove();
  proof.clock.turn(MINUTE);
  assert.equal((await proof.prove()).status, 'pass');
  assert.equal((await proof.prove(proof.clock.now())).status, 'continue');
});

test('what was forgotten is gathered anew', async () => {
  const proof = aProof();
  await proof.prove();
  proof.clock.turn(MINUTE);
  assert.equal((await proof.prove()).status, 'pass');
  proof.prover.forget('incident');
  assert.equal((await proof.prove()).status, 'continue');
});

test('a criterion whose source nobody has is missing, never proven', async () => {
  const { clock, verify } = aProof();
  const prover = createProver(clock);
  for (let look = 0; look < 30; look += 1) {
    const { status } = await prover.prove('incident', verify, new Map(), clock.now());
    assert.notEqual(status, 'pass');
    clock.turn(5 * SECOND);
  }
});

test('errors that end after a failed proof are proven gone', async () => {
  const proof = aProof({ within: '30m', remembers: false });
  proof.source.rate = 0.3;
  await untilDecided(proof, 10 * MINUTE);
  proof.source.count();
  proof.source.rate = 0.001;
  assert.equal((await untilDecided(proof, 5 * MINUTE)).status, 'pass');
});
