/** Size and start-up of the Action's bundle. Prints ratios: start against a bare node, size against the limit of the contract. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LIMIT_BYTES = 1_600_000;
const bundle = fileURLToPath(new URL('../action/dist/index.js', import.meta.url));

/** Median of `runs` wall times in ms; both commands alternate, so that a busy machine slows both. */
function medians(commands: readonly (readonly string[])[], runs: number): readonly number[] {
  const times = commands.map((): number[] => []);
  for (let run = 0; run < runs; run++) {
    commands.forEach((command, i) => {
      const start = performance.now();
      // Without inputs the Action says what is missing and ends: everything is loaded by then.
      spawnSync(process.execPath, command, { env: { PATH: process.env['PATH'] } });
      times[i]?.push(performance.now() - start);
    });
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN);
}

/** Size in bytes and median start in ms of the bundle, and of a node that does nothing. */
export function measureBundle(): {
  readonly bytes: number;
  readonly limitBytes: number;
  readonly startMs: number;
  readonly bareMs: number;
} {
  const [bareMs = NaN, startMs = NaN] = medians([['-e', '0'], [bundle]], 15);
  return { bytes: statSync(bundle).size, limitBytes: LIMIT_BYTES, startMs, bareMs };
}

if (import.meta.main) {
  const { bytes, startMs, bareMs } = measureBundle();
  console.log(`size   ${bytes} bytes, ${(bytes / LIMIT_BYTES).toFixed(2)} of the limit`);
  console.log(
    `start  ${startMs.toFixed(0)} ms, ${(startMs / bareMs).toFixed(1)} x a bare node (${bareMs.toFixed(0)} ms)`,
  );
}
