#!/usr/bin/env node
// In a published package the sources are bundled, because Node runs no TypeScript below node_modules; in a clone they run as they are,
// whatever an earlier bundle left behind.
import { existsSync, readFileSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** @param {string} wanted */
const atLeast = (wanted) => {
  const [first = 0, second = 0] = wanted.split('.').map(Number);
  return major > first || (major === first && minor >= second);
};
/** @param {string} why */
const refuse = (why) => {
  process.stderr.write(`${why}\n`);
  process.exitCode = 2;
};

if (existsSync(new URL('./main.ts', import.meta.url))) {
  if (atLeast('22.18')) await import('./main.ts');
  else refuse(`Node ${process.version} runs no TypeScript: use npm run -s lastgood -- ..., which brings its own Node`);
} else {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const needed = /"engines": \{\s*"node": ">=([\d.]+)"/.exec(manifest)?.[1] ?? '';
  if (atLeast(needed)) await import('./dist/lastgood.js');
  else
    refuse(`lastgood needs Node ${needed} or newer, not ${process.version}: npx -p node@24 -p lastgood lastgood ...`);
}
