import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A metrics page to scrape, with labels that Prometheus adds. */
export interface ScrapeTarget {
  readonly url: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A real Prometheus server with its own temporary data. */
export interface PrometheusWorld {
  readonly url: string;
  /** Scrapes these from now on. */
  setTargets(targets: readonly ScrapeTarget[]): Promise<void>;
  /** Resolves when every target was scraped after this call began. Throws after `withinMs`. */
  scraped(withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  readonly targets: readonly ScrapeTarget[];
  readonly scrapeMs: number;
  /** Time allowed until it is ready. */
  readonly readyMs?: number;
}

const BINARY = 'prometheus';

/** Somebody else may take the free port before Prometheus does. */
const PORTS_TRIED = 3;

/** Null where no `prometheus` is installed (Debian: apt-get install prometheus). Throws when it does not become ready. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusWorld | null> {
  if (!(await installed())) return null;
  for (let tried = 1; ; tried += 1) {
    try {
      return await startOn(await freePort(), options);
    } catch (error) {
      if (!(error instanceof Ended) || tried === PORTS_TRIED) throw error;
    }
  }
}

/** It ended before it was ready. */
class Ended extends Error {}

async function startOn(port: number, options: PrometheusOptions): Promise<PrometheusWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-prometheus-'));
  const url = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, 'prometheus.yml'), configuration(folder, options.scrapeMs));
  await writeTargets(folder, options.targets);
  const server = spawn(
    BINARY,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=2h',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const stop = async (): Promise<void> => {
    await ended(server);
    await rm(folder, { recursive: true, force: true });
  };
  const ready = async (): Promise<boolean> => {
    if (server.exitCode !== null) throw new Ended(`prometheus ended with ${server.exitCode}: ${said}`);
    return (await answers(`${url}/-/ready`)) && (await keepsIn(url, folder));
  };
  try {
    await until(ready, options.readyMs ?? 15_000, () => `prometheus is not ready at ${url}: ${said}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    stop,
    setTargets: (targets) => writeTargets(folder, targets),
    scraped: async (withinMs = 15_000) => {
      const began = Date.now();
      await until(
        () => allScrapedSince(url, began),
        withinMs,
        () => `not every target of ${url} was scraped: ${said}`,
      );
    },
  };
}

/** It is the one that was started here: another one on the same port would answer too. */
async function keepsIn(url: string, folder: string): Promise<boolean> {
  const answer = (await (await fetch(`${url}/api/v1/status/flags`)).json()) as { data: Record<string, string> };
  return answer.data['storage.tsdb.path'] === join(folder, 'data');
}

function configuration(folder: string, scrapeMs: number): string {
  // JSON is YAML: no value can change the structure.
  return JSON.stringify({
    global: { scrape_interval: `${scrapeMs}ms`, scrape_timeout: `${scrapeMs}ms` },
    scrape_configs: [
      { job_name: 'world', file_sd_configs: [{ files: [join(folder, 'targets.json')], refresh_interval: '1s' }] },
    ],
  });
}

async function writeTargets(folder: string, targets: readonly ScrapeTarget[]): Promise<void> {
  const groups = targets.map(({ url, labels = {} }) => {
    const { host, pathname, protocol } = new URL(url);
    return { targets: [host], labels: { ...labels, __metrics_path__: pathname, __scheme__: protocol.slice(0, -1) } };
  });
  await writeFile(join(folder, 'targets.json'), JSON.stringify(groups));
}

function installed(): Promise<boolean> {
  return new Promise((found) => {
    const probe = spawn(BINARY, ['--version'], { stdio: 'ignore' });
    probe.on('error', () => found(false));
    probe.on('exit', (code) => found(code === 0));
  });
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

interface TargetsAnswer {
  readonly data: { readonly activeTargets: readonly { readonly health: string; readonly lastScrape: string }[] };
}

async function allScrapedSince(url: string, since: number): Promise<boolean> {
  const answer = (await (await fetch(`${url}/api/v1/targets?state=active`)).json()) as TargetsAnswer;
  const { activeTargets } = answer.data;
  return activeTargets.length > 0 && activeTargets.every((t) => t.health === 'up' && Date.parse(t.lastScrape) > since);
}

async function until(holds: () => Promise<boolean>, withinMs: number, complaint: () => string): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(complaint());
    await new Promise((done) => setTimeout(done, 25));
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((done) => server.once('exit', done));
  server.kill('SIGTERM');
  const force = setTimeout(() => server.kill('SIGKILL'), 5_000);
  await exit;
  clearTimeout(force);
}
