/** Nothing measured is never a pass: every fault a source can show, for every kind of source, through the gate itself. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricSource } from '../../src/adapters/sources.ts';
import { runGate } from '../../src/control/gate.ts';
import type { GateResult } from '../../src/control/gate.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';
import { sourceSchema } from '../../src/playbook/schema-source.ts';
import type { Clock } from '../../src/ports.ts';
import { DATA_KINDS } from './data-kinds.ts';
import { KINDS, json } from './source-kinds.ts';
import type { Asked, Kind, Numbers } from './source-kinds.ts';

/** A clock that jumps to the end of every wait. */
function aClock(): Clock {
  let now = 1_700_000_000_000;
  return {
    now: () => now,
    wait: async (ms) => {
      now += ms;
    },
  };
}

const START = 1_700_000_000_000;

/** 400 requests a second for each arm, one in 200 fails. */
function healthyValue({ part, from, to }: Asked): string {
  const total = Math.round(((to - Math.max(from, START - 3_600_000)) / 1000) * 400);
  return String(part === 'gauge' ? 1 : part === 'bad' ? Math.round(total / 200) : total);
}

const HEALTHY: Numbers = { value: healthyValue, at: ({ to }) => to, absent: () => false };

/** What the server does instead of being healthy. */
interface Fault {
  readonly numbers?: Partial<Numbers>;
  readonly answer?: (kind: Kind) => Response;
  readonly applies?: (kind: Kind) => boolean;
}

const only =
  (arm: Asked['arm']) =>
  (asked: Asked): boolean =>
    asked.arm === arm;

/** The connection ends in the middle of the body. */
function cut(): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('[{"'));
      controller.error(new TypeError('terminated'));
    },
  });
  return new Response(body, { status: 200 });
}

function timeOut(): never {
  throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}

const page = '<!doctype html><html><body>Sign in</body></html>';

const FAULTS: Readonly<Record<string, Fault>> = {
  'no series': { numbers: { absent: () => true } },
  'a point without a value': { numbers: { value: () => null } },
  NaN: { numbers: { value: () => 'NaN' } },
  'an infinite number': { numbers: { value: ({ part }) => (part === 'bad' ? '0' : '1e999') } },
  '+Inf': { numbers: { value: () => '+Inf' } },
  'a negative count': { numbers: { value: ({ part }) => (part === 'bad' ? '-1' : '-500') } },
  'only old points': { numbers: { at: ({ to }) => to - 1_200_000 }, applies: (kind) => kind.tellsAge },
  'no canary': { numbers: { absent: only('canary') } },
  'no baseline': { numbers: { absent: only('stable') } },
  'no traffic': { numbers: { value: () => '0' } },
  'a total that falls at every look': {
    numbers: {
      value: ({ part, from, to }) => String(1e6 - Math.round((to - from) / 1000) - (part === 'bad' ? 999_000 : 0)),
    },
    applies: (kind) => !kind.restarts,
  },
  'more bad ones than there are': {
    numbers: {
      value: (asked) => (asked.part === 'bad' ? healthyValue({ ...asked, part: 'total' }) + '9' : healthyValue(asked)),
    },
  },
  'a connection that is cut': { answer: cut },
  'a web page': { answer: () => new Response(page, { headers: { 'content-type': 'text/html' } }) },
  'an empty body': { answer: () => new Response('') },
  'an empty object': { answer: () => json('{}') },
  'HTTP 302': { answer: () => new Response('', { status: 302, headers: { location: 'https://login.example' } }) },
  'HTTP 401': { answer: () => json('{"errors":["Unauthorized"]}', 401) },
  'HTTP 403': { answer: () => json('{"errors":["Forbidden"]}', 403) },
  'HTTP 429 for ever': { answer: () => new Response('slow down', { status: 429 }) },
  'HTTP 429 for an hour': { answer: () => new Response('', { status: 429, headers: { 'retry-after': '3600' } }) },
  'HTTP 500': { answer: () => new Response('oops', { status: 500 }) },
  'a time-out': { answer: timeOut },
  'a refused query': { answer: (kind) => kind.refusal() },
};

async function gateOf(kind: Kind, fault: Fault): Promise<GateResult> {
  const clock = aClock();
  const numbers: Numbers = { ...HEALTHY, ...fault.numbers };
  const fetching = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const request = { url: String(input), body: typeof init?.body === 'string' ? init.body : '' };
    return fault.answer === undefined ? kind.answer(request, numbers, clock.now()) : fault.answer(kind);
  };
  const source = metricSource(sourceSchema.parse(kind.source), kind.env, undefined, { clock, fetch: fetching });
  const gate = gateSchema.parse({
    source: 'main',
    arms: kind.arms,
    poll: '1m',
    soak: '9m',
    deadline: '10m',
    triggers: [
      {
        name: 'errors',
        bad: kind.bad,
        total: kind.total,
        if: 'rate > baseline + 0.5pp',
        'pass-when': 'rate < baseline + 2pp',
        then: 'rollback',
      },
    ],
  });
  return await runGate({ gate, sources: new Map([['main', source]]), clock });
}

for (const [name, kind] of Object.entries<Kind>({ ...KINDS, ...DATA_KINDS })) {
  describe(name, () => {
    it('passes a healthy release', async () => {
      const { verdict } = await gateOf(kind, {});
      assert.equal(verdict.status, 'pass', verdict.because);
    });
    for (const [what, fault] of Object.entries(FAULTS)) {
      if (fault.applies?.(kind) === false) continue;
      it(`never passes with ${what}`, async () => {
        const { verdict } = await gateOf(kind, fault);
        assert.notEqual(verdict.status, 'pass', verdict.because);
        const said = JSON.stringify(verdict);
        for (const secret of Object.values(kind.env)) assert.ok(!said.includes(secret), 'a secret in the verdict');
      });
    }
  });
}
