import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundlePackage } from '../../cli/bundle.ts';
import { BOT_FLAGS } from '../../cli/demo/processes.ts';
import type { LocalGitHub } from '../../src/world/github/start.ts';
import type { Chance } from './chance.ts';
import { count, type Tally } from './weather.ts';
import { SECRETS } from './world.ts';

export interface Replicas {
  /** Where those that listen are. */
  living(): readonly string[];
  /** Kills one at random and starts it anew; resolves once it listens again. */
  kill(dice: Chance): Promise<void>;
  stop(): Promise<void>;
}

interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
}

interface Options {
  readonly github: LocalGitHub;
  readonly many: number;
  readonly databaseUrl: string | null;
  readonly tally: Tally;
  /** Each line of their logs, and the address of the replica. */
  readonly onLine: (line: string, replica: string) => void;
}

const ENTRY = fileURLToPath(new URL('../../bot/dist/main.js', import.meta.url));

/** The bot as processes, as `npm run bot` starts it: nothing is shared but GitHub and the database. */
export async function startReplicas({ github, many, databaseUrl, tally, onLine }: Options): Promise<Replicas> {
  await bundlePackage();
  async function start(): Promise<Replica> {
    let name = '';
    const child = spawn(process.execPath, [...BOT_FLAGS, ENTRY], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        APP_ID: String(github.app.id),
        PRIVATE_KEY: github.app.privateKey,
        WEBHOOK_SECRET: SECRETS.webhook,
        GITHUB_API_URL: github.url,
        GITHUB_WRITE_LIMITS: 'off',
        ARGOCD_TOKEN: SECRETS.argoCd,
        PORT: '0',
        SWEEP_SECONDS: '10',
        ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`a replica ended with ${code ?? 'a signal'} before it listened`)));
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as { readonly url?: string };
        if (line.url) {
          name = line.url;
          resolve(line.url);
        }
        onLine(text, name);
      });
    });
    return { process: child, url };
  }
  const end = async ({ process: child }: Replica): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };

  const replicas = new Set(await Promise.all(Array.from({ length: many }, start)));
  return {
    living: () => [...replicas].map(({ url }) => url),
    async kill(dice) {
      const victim = dice.pick([...replicas]);
      replicas.delete(victim);
      await end(victim);
      count(tally, 'replicas killed');
      replicas.add(await start());
    },
    async stop() {
      await Promise.all([...replicas].map(end));
      replicas.clear();
      await sleep(0);
    },
  };
}
