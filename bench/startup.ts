/** What it costs to start: the bundle of the Action against a bare node, and the memory of an idle bot. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundlePackage } from '../cli/bundle.ts';
import { startBotProcess } from '../cli/demo/processes.ts';
import { HEALTHY } from '../src/world/services/faults.ts';
import { startTown } from '../src/world/town.ts';
import { measureBundle } from './bundle.ts';

const LIMIT_RATIO = 5;
const LIMIT_MB = 130;

/** Resident memory of a bot that has swept once and has nothing to do, MB. */
async function idleBotMb(): Promise<number> {
  const town = await startTown({ behaviours: { '1.0.0': HEALTHY }, prometheus: false, rps: 1, seed: 1 });
  try {
    // As `npm run bot` starts it.
    await bundlePackage();
    const bot = await startBotProcess(town, { entry: fileURLToPath(new URL('../bot/dist/main.js', import.meta.url)) });
    try {
      // The last thing a sweep reads are the gates of the newest commits.
      while (!town.github.calls.some(({ path }) => path.includes('/check-runs'))) await sleep(50);
      await sleep(1000);
      const status = await readFile(`/proc/${bot.process.pid ?? 0}/status`, 'utf8');
      return Number(/^VmRSS:\s+(?<kb>\d+) kB$/m.exec(status)?.groups?.['kb'] ?? NaN) / 1024;
    } finally {
      await bot.stop('SIGKILL');
    }
  } finally {
    await town.close();
  }
}

const { bytes, limitBytes, startMs, bareMs } = measureBundle();
const ratio = startMs / bareMs;
const botMb = await idleBotMb();
const ok = bytes <= limitBytes && ratio <= LIMIT_RATIO && botMb <= LIMIT_MB;
if (process.argv.includes('--json')) {
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  console.log(
    JSON.stringify(
      {
        bundle: { bytes, limit: limitBytes },
        start: { ms: round(startMs, 0), bareMs: round(bareMs, 0), ratio: round(ratio, 2), limit: LIMIT_RATIO },
        bot: { residentMb: round(botMb, 1), limit: LIMIT_MB },
        ok,
      },
      null,
      2,
    ),
  );
} else {
  console.log(`size    ${bytes} bytes (limit ${limitBytes})`);
  console.log(
    `start   ${startMs.toFixed(0)} ms, ${ratio.toFixed(1)} x a bare node of ${bareMs.toFixed(0)} ms (limit ${LIMIT_RATIO} x)`,
  );
  console.log(`memory  ${botMb.toFixed(1)} MB for an idle bot (limit ${LIMIT_MB} MB)`);
}
process.exitCode = ok ? 0 : 1;
