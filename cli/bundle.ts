/** Makes what `npm pack` ships: the command line and the bot as plain JavaScript, with their dependencies left outside. */
import { build } from 'esbuild';

for (const [entry, outfile] of [
  ['cli/main.ts', 'cli/dist/lastgood.js'],
  ['bot/main.ts', 'bot/dist/main.js'],
] as const) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    packages: 'external',
    logLevel: 'warning',
  });
}
