/** An MLflow of our own on SQLite in a temporary folder: started by the test, on a free port, gone afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled } from './installed.ts';

export interface MlflowServer {
  readonly url: string;
  /** One call of the REST API below /api/2.0/mlflow/; throws what MLflow says against it. */
  call(method: 'POST' | 'DELETE', path: string, body: object): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 150_000;

/** Null where MLflow is not installed. */
export async function startMlflow(): Promise<MlflowServer | null> {
  if (!isInstalled('mlflow')) return null;
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-mlflow-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'log');
  const out = openSync(log, 'a');
  const server = spawn(
    'mlflow',
    [
      ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${folder}/mlflow.db`, '--artifacts-destination', join(folder, 'artifacts')],
    ],
    {
      cwd: folder,
      stdio: ['ignore', out, out],
      // Its workers are processes of their own: the group is ended as one.
      detached: true,
      env: {
        ...process.env,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: 'true',
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        // Its webhooks go to a test on this machine, without TLS.
        MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
        MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http',
        // It remembers for a minute that an event has no webhook.
        MLFLOW_WEBHOOK_CACHE_TTL: '0',
      },
    },
  );
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.pid !== undefined) {
      process.kill(-server.pid, 'SIGKILL');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const until = Date.now() + READY_MS;
  while (!(await healthy(url))) {
    if (server.exitCode !== null || Date.now() > until) {
      const said = readFileSync(log, 'utf8').slice(-2000);
      await stop();
      throw new Error(`mlflow is not ready: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    stop,
    async call(method, path, body) {
      const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      await answer.body?.cancel();
    },
  };
}

async function healthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`);
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
