/** Every payload that GitHub documents, and seeded damage to them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { aRandom } from '../random.ts';

export interface Example {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Documented {
  readonly name: string;
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

const file = fileURLToPath(import.meta.resolve('@octokit/webhooks-examples'));
export const CORPUS: readonly Example[] = (JSON.parse(readFileSync(file, 'utf8')) as readonly Documented[]).flatMap(
  ({ name, examples }) => examples.map((payload) => ({ name, payload })),
);

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x'.repeat(10_000),
  '\u0000\u202e\ud800',
  '"\n::set-output name=x::y\r\n{"level":"error"}',
  '../../etc/passwd',
  [],
  [[[[]]]],
  {},
  { constructor: { prototype: { polluted: true } } },
  JSON.parse('{"__proto__": {"polluted": true}}'),
  'rollback/production/web/0123456',
  'rollback/../../__proto__/0123456',
];

/** The n-th damaged payload: up to four places are removed, replaced, or moved. The same n gives the same one. */
export function damaged(n: number): Example {
  const random = aRandom(n + 1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const { name, payload } = pick(CORPUS);
  const copy = structuredClone(payload) as Record<string, unknown>;
  for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes -= 1) {
    let place: Record<string, unknown> = copy;
    for (;;) {
      const keys = Object.keys(place);
      if (keys.length === 0) break;
      const key = pick(keys);
      const inner = place[key];
      if (typeof inner === 'object' && inner !== null && random() < 0.7) {
        place = inner as Record<string, unknown>;
        continue;
      }
      if (random() < 0.3) Reflect.deleteProperty(place, key);
      else place[key] = pick(VALUES);
      break;
    }
  }
  return { name, payload: copy };
}
