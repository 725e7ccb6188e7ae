import { Agent, get } from 'node:http';
import { seededRandom } from './random.ts';
import { nextInput, printInput } from './request.ts';

/** What the users sent and saw. */
export interface LoadCounts {
  readonly total: number;
  /** Answers of 500 and more, and requests without an answer. */
  readonly bad: number;
}

export interface Load {
  counts(): LoadCounts;
  setRate(rps: number): void;
  /** Sends no more, waits for the answers still out, and tells the final counts. */
  stop(): Promise<LoadCounts>;
}

interface Sender {
  counts(): LoadCounts;
  send(): Promise<void>;
  close(): void;
}

const TICK_MS = 10;

function sender(url: string, seed: number): Sender {
  const random = seededRandom(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const sums = { total: 0, bad: 0 };
  return {
    counts: () => ({ ...sums }),
    close: () => agent.destroy(),
    send: () =>
      new Promise((done) => {
        const finish = (status: number): void => {
          sums.total += 1;
          if (status >= 500) sums.bad += 1;
          done();
        };
        get(`${url}${printInput(nextInput(random))}`, { agent }, (answer) => {
          answer.resume();
          answer.on('end', () => finish(answer.statusCode ?? 500));
        }).on('error', () => finish(599));
      }),
  };
}

/** Open loop: the users do not wait for each other, so a slow service does not slow the load. */
export function startLoad({
  url,
  rps,
  seed,
}: {
  readonly url: string;
  readonly rps: number;
  readonly seed: number;
}): Load {
  const users = sender(url, seed);
  const out = new Set<Promise<void>>();
  let rate = rps;
  let last = performance.now();
  let owed = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    owed += ((now - last) / 1000) * rate;
    last = now;
    for (; owed >= 1; owed -= 1) {
      const sent = users.send();
      out.add(sent);
      void sent.then(() => out.delete(sent));
    }
  }, TICK_MS);
  return {
    counts: () => users.counts(),
    setRate: (next) => {
      rate = next;
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(out);
      users.close();
      return users.counts();
    },
  };
}

/** Exactly `count` requests as fast as they are answered, `atOnce` at the same time. */
export async function sendLoad(options: {
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  readonly atOnce?: number;
}): Promise<LoadCounts> {
  const users = sender(options.url, options.seed);
  let left = options.count;
  const user = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await users.send();
    }
  };
  await Promise.all(Array.from({ length: options.atOnce ?? 32 }, user));
  users.close();
  return users.counts();
}
