/**
 * The judge against other deciders and against the information limit, on simulated releases.
 *     npm run bench:judge -- [--quick] [--releases N] [--seed N] [--svg FILE] [--write]
 * Same seed, same table; `--write` puts it into docs/benchmark.md. Exits 1 when a promise is broken: more false alarms than allowed, or
 * slower than 1.6 T* + one poll (spending: horizon: 1.3).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { between } from '../../docs/markers.ts';
import { POLL_SECONDS, POLLS } from './cells.ts';
import { chartSvg } from './chart.ts';
import { grid } from './grid.ts';
import { ALPHA } from './ours.ts';
import { runAll } from './pool.ts';
import { brokenPromises, families, goals, mermaid, type Measured } from './report.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    releases: { type: 'string' },
    seed: { type: 'string', default: '1' },
    svg: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const releases = Number(flags.releases ?? (flags.quick ? 100 : 1000));
const seed = Number(flags.seed);
const horizon = POLLS * POLL_SECONDS;
const cells = grid(flags.quick);
const start = performance.now();
// The last families are the longest: begun first, no thread ends alone.
const orders = cells.map((_, place) => ({ quick: flags.quick, place, releases, seed: seed * 1000 + place })).reverse();
let done = 0;
const delivered = await runAll(orders, ({ place, ms }) => {
  done++;
  process.stderr.write(
    `${done}/${cells.length} ${(ms / 1000).toFixed(1)} s  ${cells[place]?.family}: ${cells[place]?.name}\n`,
  );
});
const measured: readonly Measured[] = delivered.flatMap(({ place, results }) => {
  const cell = cells[place];
  return cell === undefined ? [] : [[cell, results] as const];
});

const broken = brokenPromises(measured, releases);
const shown = measured.find(([cell]) => cell.name === '100 rps, canary 5 %, +1 pp');
const command = `npm run bench:judge -- --releases ${releases} --seed ${seed}${flags.quick ? ' --quick' : ''}`;
const report = [
  `\`${command}\`: ${releases} releases a cell, a look each ${POLL_SECONDS} s for ${horizon / 60} min unless the cell says otherwise, ${ALPHA * 100} % false alarms allowed.`,
  ...(shown === undefined ? [] : [mermaid(shown, horizon)]),
  '### (Mean - one poll) / T\\* where speed is promised',
  goals(measured),
  families(measured),
  broken.length === 0
    ? 'Every promise is kept.'
    : `${broken.length} promises are broken:\n\n${broken.map((line) => `- ${line}`).join('\n')}`,
].join('\n\n');
process.stdout.write(`${report}\n\n${((performance.now() - start) / 1000).toFixed(0)} s\n`);

const picture = (): string =>
  shown === undefined
    ? ''
    : chartSvg(
        `Median time to stop: ${shown[0].name}`,
        shown[1].map(({ name, median }) => ({ label: name, seconds: median })),
        horizon,
      );
if (flags.svg !== undefined) await writeFile(flags.svg, picture());
if (flags.write) {
  const page = new URL('../../docs/benchmark.md', import.meta.url);
  const text = await readFile(page, 'utf8');
  await writeFile(page, between({ path: 'docs/benchmark.md', text }, 'bench', report));
  await writeFile(new URL('../../docs/benchmark.svg', import.meta.url), `${picture()}\n`);
}
process.exitCode = broken.length === 0 ? 0 : 1;
