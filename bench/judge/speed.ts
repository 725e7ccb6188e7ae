/**
 * How fast and how large, each task in a process of its own: `npm run bench:judge-speed`. Exits 1 where a limit is broken.
 * Time is the task alone, without start and input. Beside it the processor time, which a busy machine does not stretch: it decides.
 * Memory is what the peak resident size grew by; for the whole process, its peak.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binomial, seeded } from './random.ts';
import { TASKS, type TaskName } from './speed-task.ts';

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
  readonly mb: number;
}

const LIMITS: Readonly<
  Record<TaskName | 'stream', { readonly what: string; readonly ms: number; readonly mb: number }>
> = {
  ks: { what: 'KS distance of two samples of 1,000,000 raw values', ms: 1_000, mb: 200 },
  'limit-buckets': { what: 'p99 > 300ms, 10,000 buckets x 200 polls', ms: 1_000, mb: 200 },
  'baseline-buckets': { what: 'p99 > baseline + 20%, 10,000 buckets x 200 polls', ms: 1_000, mb: 200 },
  'drift-buckets': { what: 'KS against the live baseline, 10,000 buckets x 200 polls', ms: 1_000, mb: 200 },
  stream: { what: '`lastgood judge`: 2,000 releases x 120 polls (whole process)', ms: 60_000, mb: 300 },
};

async function run(args: readonly string[], stdin: string | null): Promise<{ out: string; ms: number }> {
  const input = stdin === null ? null : await open(stdin);
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: [input?.fd ?? 'ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out = (out + chunk.toString()).slice(-2_000)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  await input?.close();
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`);
  return { out, ms: performance.now() - start };
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function task(name: TaskName): Promise<Measured> {
  const { out } = await run([path('speed-task.ts'), name], null);
  return JSON.parse(out) as Measured;
}

/** Releases in any interleaving: all of them at once, look by look. */
async function stream(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-speed-'));
  try {
    const [lines, trigger] = [join(folder, 'lines.jsonl'), join(folder, 'trigger.yml')];
    await writeFile(
      trigger,
      'name: errors\nbad: e\ntotal: t\nif: rate > baseline + 0.5pp\npass-when: rate < baseline + 1pp\nthen: rollback\n',
    );
    const random = seeded(3);
    const file = await open(lines, 'w');
    for (let k = 1; k <= 120; k++) {
      const rows = Array.from({ length: 2_000 }, (_, release) => {
        const arm = (n: number) => ({ bad: binomial(random, n, 0.005), total: n });
        return JSON.stringify({
          release: `r${release}`,
          t: 15 * k,
          metric: 'errors',
          canary: arm(15),
          baseline: arm(285),
        });
      });
      await file.write(`${rows.join('\n')}\n`);
    }
    await file.close();
    const { out, ms } = await run([path('speed-stream.ts'), 'judge', '--trigger', trigger], lines);
    const mb = Number(/"maxRssMb":([\d.]+)/.exec(out)?.[1] ?? NaN);
    const cpuMs = Number(/"cpuMs":([\d.]+)/.exec(out)?.[1] ?? NaN);
    return { ms, cpuMs, mb };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.stdout.write('| task | ms | processor ms | allowed | MB | allowed | |\n|---|---|---|---|---|---|---|\n');
let broken = 0;
for (const name of [...TASKS, 'stream'] as const) {
  const { ms, cpuMs, mb } = name === 'stream' ? await stream() : await task(name);
  const limit = LIMITS[name];
  const kept = cpuMs < limit.ms && mb < limit.mb;
  if (!kept) broken++;
  process.stdout.write(
    `| ${limit.what} | ${ms.toFixed(0)} | ${cpuMs.toFixed(0)} | ${limit.ms} | ${mb.toFixed(0)} | ${limit.mb} | ${kept ? 'kept' : 'BROKEN'} |\n`,
  );
}
process.exitCode = broken === 0 ? 0 : 1;
