#!/usr/bin/env node
// In a published package the sources are bundled, because Node runs no TypeScript below node_modules; in a clone they run as they are.
import { existsSync } from 'node:fs';

const bundled = new URL('./dist/lastgood.js', import.meta.url);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (existsSync(bundled) && major < 22) {
  process.stderr.write(
    `lastgood needs Node 22 or newer, not ${process.version}: npx -p node@24 -p lastgood lastgood ...\n`,
  );
  process.exitCode = 2;
} else if (existsSync(bundled)) await import(bundled.href);
else if (major > 22 || (major === 22 && minor >= 18)) await import('./main.ts');
else {
  process.stderr.write(
    `Node ${process.version} runs no TypeScript: use npm run -s lastgood -- ..., which brings its own Node\n`,
  );
  process.exitCode = 2;
}
