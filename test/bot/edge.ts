/** The webhook edge of the bot as it runs, without a socket: signature, Probot, handlers, inbox - over a repository that is watched. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Probot } from 'probot';
import { webhooks } from '../../bot/app.ts';
import { deliveriesRoute } from '../../bot/deliveries.ts';
import type { Errand } from '../../bot/errand.ts';
import type { House } from '../../bot/house.ts';
import { createLog } from '../../bot/log.ts';
import { createPorter } from '../../bot/porter.ts';
import { memoryQueue } from '../../src/adapters/queue/memory.ts';
import { doorsOf } from '../control/fakes.ts';
import { aLoop, aRelease } from '../control/world.ts';

export const SECRET = 'the-secret-of-this-webhook';
export const { privateKey: PRIVATE_KEY } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const WRITES =
  /^(open|openIssue|closeIssue|mergePinned|armAutoMerge|disarmAutoMerge|updateBranch|relabel|rewriteBody|comment|editComment|deleteComment|react|writeLedger|enqueue|closePull)$/;

export interface Sent {
  readonly name: string;
  readonly body: string;
  readonly signature?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What really arrives, piece by piece. */
  readonly parts?: readonly string[];
}

export function sign(body: string, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export async function anEdge({ patienceMs = 8_000 } = {}) {
  const world = aRelease();
  const lines: string[] = [];
  const writes: string[] = [];
  const errands: Errand[] = [];
  const delivered: number[] = [];
  const doors = doorsOf(world, (door, method) => {
    if (door === 'repository' && WRITES.test(method)) writes.push(method);
  });
  const room = { doors, loop: aLoop(world, doors) };
  const house: House = {
    room: async () => room,
    repositories: async () => ({ all: [{ name: 'acme/deploy', installationId: 9 }], unread: 0 }),
    api: 'https://api.github.com',
    deliveries: { lost: async () => [], again: async () => undefined },
    identity: async () => undefined,
    flush: () => room.loop.flush(),
  };
  const log = createLog({ write: (line) => void lines.push(line), secrets: [SECRET, PRIVATE_KEY] });
  const queue = memoryQueue<Errand>({ onFailure: (task, error) => log('warn', String(error), { lane: task.lane }) });
  const kept: typeof queue = {
    ...queue,
    put(task, options) {
      errands.push(task.work);
      return queue.put(task, options);
    },
  };
  const porter = createPorter({ house, queue: kept, log, now: () => world.clock.now() });
  await porter.start();
  const probot = new Probot({ appId: 1, privateKey: PRIVATE_KEY, secret: SECRET, logLevel: 'fatal' });
  await probot.load(webhooks(porter));
  const route = deliveriesRoute({ probot, log, delivered: (_, status) => void delivered.push(status), patienceMs });
  let count = 0;

  return {
    world,
    lines,
    writes,
    errands,
    delivered,
    queue,
    /** The status of the answer. */
    async send({ name, body, signature = sign(body), headers = {}, parts = [body] }: Sent): Promise<number> {
      const request = Object.assign(Readable.from(parts.map((part) => Buffer.from(part))), {
        method: 'POST',
        headers: {
          'x-github-event': name,
          'x-github-delivery': `guid-${(count += 1)}`,
          'x-hub-signature-256': signature,
          'content-length': String(Buffer.byteLength(body)),
          ...headers,
        },
      });
      let status = 0;
      const response = {
        writeHead(code: number) {
          status = code;
          return this;
        },
        end: () => undefined,
      };
      // The route reads the stream, the method and the headers, and writes a head and an end: no socket is needed.
      await route(request as unknown as IncomingMessage, response as unknown as ServerResponse);
      return status;
    },
    /** Lets everything happen that was kept. */
    async settle(): Promise<void> {
      for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
