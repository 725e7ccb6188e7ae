/** The small world with the bot in it as a process, every call held against GitHub's description. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBotProcess, type LogLine, type RunningBot } from '../../cli/demo/processes.ts';
import { tokenClient } from '../../src/adapters/github/client.ts';
import { LEDGER_BRANCH } from '../../src/adapters/github/ledger-branch.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { parse, verify } from '../../src/ledger/chain.ts';
import type { Line } from '../../src/ledger/entry.ts';
import { EVIDENCE_FOLDER } from '../../src/ledger/evidence.ts';
import { APPLICATION, startTown, type Town, type TownOptions } from '../../src/world/town.ts';
import { deploymentFiles, REPOSITORY } from '../../src/world/deployment.ts';
import type { Exchange } from '../../src/world/github/options.ts';
import { HEALTHY, withFaults } from '../../src/world/services/faults.ts';
import { openApiChecker } from '../world/github/openapi.ts';

/** Long enough for the slowest machine; nothing is asserted about how long it took. */
const PATIENCE_MS = Number(process.env['ACCEPTANCE_PATIENCE'] ?? 120_000);

export interface Stage {
  readonly town: Town;
  /** Every line of the log of every bot. */
  readonly log: readonly LogLine[];
  startBot(env?: Readonly<Record<string, string>>): Promise<RunningBot>;
  close(): Promise<void>;
}

type Options = Partial<Pick<TownOptions, 'latencyMs' | 'rps' | 'verifyWithin'>> & {
  readonly onExchange?: (exchange: Exchange) => void;
  /** Changes the text of the playbook before anything runs. */
  readonly playbook?: (text: string) => string;
};

/** Releases of 2.x answer every second request with an error; 1.0.0 runs and is healthy. */
export async function openStage(options: Options = {}): Promise<Stage> {
  const check = openApiChecker();
  const faults = new Set<string>();
  const bad = withFaults({ errorRate: 0.5 });
  const tags = ['2.0.0', ...Array.from({ length: 12 }, (_, i) => `2.${i + 1}.0`)];
  const town = await startTown({
    behaviours: { '1.0.0': HEALTHY, ...Object.fromEntries(tags.map((tag) => [tag, bad])) },
    prometheus: false,
    rps: options.rps ?? 150,
    seed: 7,
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    onExchange: (exchange) => {
      // The description knows a file only as JSON; asked for as it is, it comes as plain bytes.
      const raw = Buffer.isBuffer(exchange.responseBody) || typeof exchange.responseBody === 'string';
      for (const fault of raw ? [] : check(exchange)) faults.add(fault);
      options.onExchange?.(exchange);
    },
  });
  const bots: RunningBot[] = [];
  const log: LogLine[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(bots.map((bot) => bot.stop('SIGKILL')));
    await town.close();
  };
  try {
    await writePlaybook(town, options.playbook ?? ((text) => text));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    town,
    log,
    async startBot(env = {}) {
      const bot = await startBotProcess(town, { env, onLine: (line) => void log.push(line) });
      bots.push(bot);
      return bot;
    },
    async close() {
      await close();
      assert.deepEqual([...faults], [], "an exchange does not keep to GitHub's description");
    },
  };
}

/** The playbook of the town with proof that a handful of requests can give, so that a test need not wait for thousands. */
export async function writePlaybook(town: Town, change: (text: string) => string): Promise<void> {
  const files = deploymentFiles({
    argocdUrl: town.argoCd.url,
    application: APPLICATION,
    metrics: town.metrics,
    terminateStale: false,
    verifyWithin: '60s',
  });
  const quick = (files['lastgood.yml'] ?? '')
    .replace('healthy-for: 3s', 'healthy-for: 1s')
    .replace('if: rate > 2%', 'if: rate > 30%')
    .replace(/ +- name: latency of all users\n(?: {14}.*\n)+/, '')
    .replace('approval: auto,', 'approval: auto, max-per-day: 100,');
  await town.github.pushCommit(REPOSITORY, {
    author: 'mona',
    message: 'Change the playbook',
    files: { 'lastgood.yml': change(quick) },
  });
}

/** Looks until it is so; fails with what was awaited. */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    assert.ok(Date.now() < end, `this never happened: ${what}`);
    await sleep(20);
  }
}

/** An alert that names no release speaks of the one that Argo CD has begun to apply. */
export function serves(town: Town, sha: string): Promise<true> {
  return until('the release serves', () => town.argoCd.state(APPLICATION).operation?.revision === sha || null);
}

/** The pull requests of lastgood, oldest first. */
export function rollbacks(town: Town) {
  return [...town.github.repository(REPOSITORY).issues.values()].flatMap((issue) =>
    issue.pull?.headRef.startsWith('rollback/') ? [{ ...issue, pull: issue.pull }] : [],
  );
}

export function rollbackOf(town: Town, sha: string) {
  return rollbacks(town).find(({ pull }) => pull.headRef.endsWith(`/${sha.slice(0, 7)}`)) ?? null;
}

/** Resolves with the rollback of this release once it carries the label of a state. */
export function labelled(town: Town, sha: string, state: 'recovered' | 'escalated' | 'needs you' | 'active') {
  return until(`the rollback of ${sha.slice(0, 7)} is ${state}`, () => {
    const found = rollbackOf(town, sha);
    return found?.labels.some(({ name }) => name === `lastgood: ${state}`) ? found : null;
  });
}

/** What lastgood said, everywhere or in one place. */
export function ourComments(town: Town, issue?: number) {
  return [...town.github.repository(REPOSITORY).comments.values()].filter(
    ({ author, issue: { number } }) => author.login.startsWith('lastgood') && (issue ?? number) === number,
  );
}

export function timelines(town: Town, issue?: number) {
  return ourComments(town, issue).filter(({ body }) => body.includes('lastgood:v1:timeline'));
}

export function reactionsTo(town: Town, commentId: number): readonly string[] {
  return (
    town.github
      .repository(REPOSITORY)
      .comments.get(commentId)
      ?.reactions.map(({ content }) => content) ?? []
  );
}

/** The lines of the ledger, each held against the one before; ids that stand twice fail. */
export async function soundLedger(town: Town): Promise<readonly Line[]> {
  const text = await ledgerText(town);
  const proved = verify(text, (words) => createHash('sha256').update(words).digest('hex'));
  assert.ok(proved.ok, proved.ok ? '' : `ledger line ${proved.line}: ${proved.because}`);
  const lines = parse(text);
  const ids = lines.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)], 'a fact stands twice in the ledger');
  return lines;
}

export function ledgerText(town: Town): Promise<string> {
  return asMona(town).ledger();
}

/** The evidence on the branch of the ledger, by path. */
export async function evidenceFiles(town: Town): Promise<ReadonlyMap<string, string | null>> {
  const files = (await asMona(town).trees([EVIDENCE_FOLDER], [LEDGER_BRANCH])).get(LEDGER_BRANCH) ?? [];
  const texts = await asMona(town).texts(files.map(({ blob }) => blob));
  return new Map(files.map(({ path, blob }) => [path, texts.get(blob) ?? null]));
}

function asMona(town: Town) {
  const client = tokenClient({ baseUrl: town.github.url, token: town.github.token('mona') });
  return githubRepository(client, REPOSITORY, '');
}
