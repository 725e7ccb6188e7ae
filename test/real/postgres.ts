/** A PostgreSQL of our own in a temporary folder: started by the tests, on a free port, gone afterwards. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

export interface Postgres {
  readonly url: string;
  /** Ends it as a crash would; `start` brings it back with what it had. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

/** Where initdb and postgres are: Debian keeps them out of the PATH. Null where PostgreSQL is not installed. */
function binaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = (): string[] => {
    try {
      return readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    } catch {
      return [];
    }
  };
  const folders = [
    ...versions().map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return (
    folders.find((folder) => {
      try {
        accessSync(join(folder, 'initdb'));
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}

/** PostgreSQL refuses to run as root: Debian's package brings the account it wants. */
async function account(): Promise<{ readonly uid: number; readonly gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Null where PostgreSQL is not installed. `durable`: it waits for the disk, as a server that is used does. */
export async function startPostgres({ durable = false } = {}): Promise<Postgres | null> {
  const bin = binaries();
  if (bin === null) return null;
  const who = await account();
  const as = who ?? {};
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-postgres-'));
  if (who) chownSync(folder, who.uid, who.gid);
  const data = join(folder, 'data');
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'lastgood', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...as,
    cwd: folder,
  });
  const port = await freePort();
  const url = `postgres://lastgood:a-password-that-nobody-sees@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | null = null;

  async function start(): Promise<void> {
    const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
    if (!durable) args.push('-c', 'fsync=off');
    server = spawn(join(bin ?? '', 'postgres'), args, { ...as, cwd: folder, stdio: 'ignore' });
    for (;;) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return;
      } catch {
        if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server?.exitCode !== null || !server.kill(signal)) return;
    await once(server, 'exit');
  }
  await start();
  return {
    url,
    start,
    crash: () => end('SIGQUIT'),
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
