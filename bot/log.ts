import type { Log } from '../src/control/doors.ts';

interface Options {
  readonly write?: (line: string) => void;
  /** What no line may hold, whatever a library put into its message. */
  readonly secrets?: readonly (string | null)[];
}

/** Shorter ones are no secrets, and would blot out words. */
const SHORTEST = 8;
/** A message of this length is a page of somebody else's. */
const LONGEST = 4_000;

/**
 * One JSON object a line on standard output: time, level, message, facts. JSON keeps whatever is in a text on its line; secrets
 * that are known here, tokens of GitHub and passwords in URLs are blotted out as the last line of defence.
 */
export function createLog({ write = (line) => void process.stdout.write(line), secrets = [] }: Options = {}): Log {
  const known = secrets
    .flatMap((secret) => (secret === null ? [] : [secret, secret.replaceAll('\n', '\\n')]))
    .filter((secret) => secret.length >= SHORTEST);
  // Cut last: half a secret is one too.
  const clean = (text: string): string =>
    known
      .reduce((left, secret) => left.replaceAll(secret, '***'), text)
      .replace(/\b(?:gh[a-z]_\w{10,}|github_pat_\w{10,})/g, '***')
      .replace(/(:\/\/)[^\s/@]{1,500}@/g, '$1***@')
      .slice(0, LONGEST);
  return (level, message, facts = {}) => {
    const cleaned = Object.entries(facts).map(
      ([name, fact]) => [name, typeof fact === 'string' ? clean(fact) : fact] as const,
    );
    const line = {
      time: new Date().toISOString(),
      level,
      message: clean(message),
      ...Object.fromEntries<unknown>(cleaned),
    };
    write(`${JSON.stringify(line)}\n`);
  };
}

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|CREDENTIAL|WEBHOOK|_BASIC|_?KEY$/i;

/** The values of all variables whose names say that they are secrets: playbooks name them, and nobody else knows which they are. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (SECRET_NAME.test(name) && value ? [value] : []));
}
