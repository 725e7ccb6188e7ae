/** Runs the judge against files of known numbers: node cli/vectors.ts FILE... */
import { messageOf } from '../src/errors.ts';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { answer } from './vector-kinds.ts';

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly input: unknown;
  readonly expected: unknown;
  readonly tol: number;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Compares every vector of one parsed file; each failure is one line with what we got and what was expected. */
export function runVectors(file: unknown, write: (line: string) => void): Tally {
  let passed = 0;
  let failed = 0;
  for (const vector of vectorsOf(file)) {
    const got = attempt(vector);
    if (agrees(got, vector.expected, vector.tol)) passed++;
    else {
      failed++;
      write(`${vector.id} (${vector.kind}): got ${JSON.stringify(got)}, expected ${JSON.stringify(vector.expected)}`);
    }
  }
  return { passed, failed };
}

function attempt(vector: Vector): unknown {
  try {
    return answer(vector.kind, vector.input);
  } catch (error) {
    return `threw ${messageOf(error)}`;
  }
}

function vectorsOf(file: unknown): readonly Vector[] {
  if (typeof file !== 'object' || file === null || !('vectors' in file) || !Array.isArray(file.vectors)) {
    throw new Error('a vector file is an object with a list `vectors`');
  }
  return file.vectors.map((entry: unknown, i) => {
    if (typeof entry !== 'object' || entry === null || !('kind' in entry) || typeof entry.kind !== 'string') {
      throw new Error(`vector ${i} has no kind`);
    }
    return {
      id: 'id' in entry && typeof entry.id === 'string' ? entry.id : `#${i}`,
      kind: entry.kind,
      input: 'input' in entry ? entry.input : undefined,
      expected: 'expected' in entry ? entry.expected : undefined,
      tol: 'tol' in entry && typeof entry.tol === 'number' ? entry.tol : 1e-9,
    };
  });
}

/** A number agrees when |got - expected| <= tol * max(1, |expected|); the rest member by member, exactly. */
export function agrees(got: unknown, expected: unknown, tol: number): boolean {
  if (typeof expected === 'number') {
    return (
      typeof got === 'number' && (got === expected || Math.abs(got - expected) <= tol * Math.max(1, Math.abs(expected)))
    );
  }
  if (Array.isArray(expected)) {
    return Array.isArray(got) && got.length === expected.length && expected.every((one, i) => agrees(got[i], one, tol));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof got !== 'object' || got === null) return false;
    const members = new Map<string, unknown>(Object.entries(got));
    return Object.entries(expected).every(([name, one]) => agrees(members.get(name), one, tol));
  }
  return got === expected;
}

async function main(paths: readonly string[]): Promise<number> {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  if (paths.length === 0) {
    write('usage: node cli/vectors.ts FILE...');
    return 2;
  }
  let passed = 0;
  let failed = 0;
  for (const path of paths) {
    const tally = runVectors(JSON.parse(await readFile(path, 'utf8')), write);
    passed += tally.passed;
    failed += tally.failed;
  }
  write(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

const started = process.argv[1];
if (started !== undefined && import.meta.url === pathToFileURL(started).href) {
  process.exitCode = await main(process.argv.slice(2));
}
