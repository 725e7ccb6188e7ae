import { existsSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../../src/world/deployment.ts';
import type { Town } from '../../src/world/town.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A published package ships the bot bundled; a clone runs its source. */
function botEntry(): string {
  const source = file('bot/main.ts');
  return existsSync(source) ? source : file('bot/dist/main.js');
}

/** How `npm run bot` and the image start it. */
export const BOT_FLAGS = ['--max-semi-space-size=4'] as const;

/** Nothing of this machine's environment but what a process needs to run. */
const BASE = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

/** What Alertmanager shows to the bot. */
export const ALERTS_TOKEN = 'alerts-token-of-this-world';

export interface RunningBot {
  readonly url: string;
  readonly process: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** One line of the bot's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly step?: string;
  readonly during?: string;
}

/** The bot as a real process that GitHub sends its signed webhooks to. */
export async function startBotProcess(
  town: Town,
  options: { onLine?: (line: LogLine) => void; env?: Readonly<Record<string, string>>; entry?: string } = {},
): Promise<RunningBot> {
  const child = spawn(process.execPath, [...BOT_FLAGS, options.entry ?? botEntry()], {
    env: {
      ...BASE,
      APP_ID: String(town.github.app.id),
      PRIVATE_KEY: town.github.app.privateKey,
      WEBHOOK_SECRET: town.webhookSecret,
      GITHUB_API_URL: town.github.url,
      ARGOCD_TOKEN: town.argoToken,
      ALERTS_TOKEN,
      PORT: '0',
      SWEEP_SECONDS: '30',
      // The local GitHub has no limit on writing, and tests play an hour's worth of rollbacks in a minute.
      GITHUB_WRITE_LIMITS: 'off',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code ?? 'a signal'} before it listened`)));
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine & { url?: string };
      if (line.url) resolve(line.url);
      options.onLine?.(line);
    });
  });
  town.github.setWebhook(`${url}/api/github/webhooks`);
  return {
    url,
    process: child,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await gone;
    },
  };
}

export interface GateRun {
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** What the workflow of the README declares. */
const WORKFLOW_PERMISSIONS = { contents: 'read', checks: 'write' } as const;

/** The committed bundle of the Action, started as the runner starts it; ended when the world ends. */
export async function runActionBundle(
  town: Town,
  sha: string,
  { onLine, ending }: { readonly onLine?: (line: string) => void; readonly ending?: AbortSignal } = {},
): Promise<GateRun> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-action-'));
  const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
  await Promise.all([writeFile(output, ''), writeFile(summary, '')]);
  try {
    const child = spawn(process.execPath, [file('action/dist/index.js')], {
      cwd: folder,
      env: {
        ...BASE,
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: town.github.url,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_SHA: sha,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        INPUT_MODE: 'gate',
        INPUT_SERVICE: 'recommender',
        INPUT_ENVIRONMENT: 'production',
        INPUT_SHA: sha,
        INPUT_TOKEN: town.github.actionsToken(REPOSITORY, WORKFLOW_PERMISSIONS),
        'INPUT_ON-FAIL': 'rollback',
        'INPUT_ON-INCONCLUSIVE': 'hold',
        'INPUT_DRY-RUN': 'false',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ending?.addEventListener('abort', () => void child.kill('SIGKILL'), { once: true });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('::')) onLine?.(line);
    });
    const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
    return {
      exitCode,
      outputs: parseOutputs(await readFile(output, 'utf8')),
      summary: await readFile(summary, 'utf8'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `name<<delimiter`, value, delimiter: the form in which the runner reads outputs. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const match of text.matchAll(/^(?<name>[\w-]+)<<(?<end>\S+)\r?\n(?<value>[\s\S]*?)\r?\n\k<end>$/gm)) {
    const { name = '', value = '' } = match.groups ?? {};
    outputs[name] = value;
  }
  return outputs;
}
