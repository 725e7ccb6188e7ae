/** Foreign text against every parser that meets it: comments, alerts, playbooks, markers, bodies of pull requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAlerts } from '../../src/chatops/alerts.ts';
import { parseComment } from '../../src/chatops/parse.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { parseMarker } from '../../src/report/marker.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { aRandom } from '../random.ts';

/** Places in which a command is somebody else's word. */
const WRAPPED: readonly ((command: string) => string)[] = [
  (command) => `> ${command}`,
  (command) => `> quoted\n> ${command}`,
  (command) => `- ${command}`,
  (command) => `1. ${command}`,
  (command) => `    ${command}`,
  (command) => `\t${command}`,
  (command) => `\`${command}\``,
  (command) => `text ${command}`,
  (command) => `\`\`\`\n${command}\n\`\`\``,
  (command) => `~~~sh\n${command}\n~~~`,
  (command) => `\`\`\`\`\n\`\`\`\n${command}\n\`\`\`\``,
  (command) => `<!--\n${command}\n-->`,
  (command) => `<pre>\n${command}\n</pre>`,
  (command) => `<details><summary>x</summary>\n${command}\n</details>`,
  (command) => `<script>\n${command}\n</script>`,
  (command) => `[link](\n${command}\n)`,
  (command) => `| table |\n${command}`,
];
const HEADS = ['/rollback', '/hold', '/resume', '/freeze', '/unfreeze', '/release', '/gate status', '/false-alarm'];
const WORDS = [
  'web',
  'production',
  'to',
  'plan',
  'status',
  'help',
  'confirm',
  '0123456789ab',
  'HEAD~1',
  '',
  '💥',
  '-->',
  '"',
];
const NOISE = [
  '',
  'Looks good.',
  '\n',
  '\r\n',
  '<b>',
  '***',
  '\u200b',
  '@ada #12',
  '/etc/passwd',
  '/rollbac.md',
  '\u0000',
];

test('in 50,000 comments no command is taken from a quote, a list, code, HTML or the middle of a line', () => {
  const random = aRandom(42);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let commands = 0;
  for (let n = 0; n < 50_000; n += 1) {
    const command = [pick(HEADS), ...Array.from({ length: Math.floor(random() * 4) }, () => pick(WORDS))].join(' ');
    const wrapped = pick(WRAPPED)(command);
    const body = random() < 0.5 ? wrapped : `${pick(NOISE)}\n\n${wrapped}`;
    const parsed = parseComment(body);
    assert.notEqual(parsed?.kind, 'command', JSON.stringify(body));
    if (n % 50 === 0 && parseComment(command)?.kind === 'command') commands += 1;
  }
  assert.ok(commands > 100, 'bare commands are heard, so the search could have found one');
});

/** Texts that make a backtracking pattern slow, at a given length. */
const SLOW: Readonly<Record<string, (length: number) => string>> = {
  'list markers': (length) => '- '.repeat(length / 2),
  'ordered markers': (length) => '1. '.repeat(length / 3),
  backticks: (length) => `${'`'.repeat(length)}x`,
  'open tags': (length) => '<'.repeat(length),
  comments: (length) => '<!-- lastgood:v1:block '.repeat(length / 23),
  'marker with spaces': (length) => `<!-- lastgood:v1:block ${' '.repeat(length)}x`,
  'spaces after a command': (length) => `/rollback${' '.repeat(length)}x`,
  dashes: (length) => `/r${'-'.repeat(length)}`,
  lines: (length) => '\n'.repeat(length),
  slashes: (length) => '/rollback\n'.repeat(length / 10),
};

/** The least of some tries: what else the machine does can only add to it. */
function cost(act: () => void): number {
  let least = Infinity;
  for (let i = 0; i < 5; i += 1) {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

for (const [name, text] of Object.entries(SLOW)) {
  test(`${name}: eight times the text costs no more than linear work allows, far from the square`, () => {
    const read = (length: number) => () => {
      const body = text(length);
      parseComment(body);
      parseBlock(body);
      parseMarker('block', body);
      readAlerts(body);
    };
    read(1000)();
    const [short, long] = [cost(read(8_000)), cost(read(64_000))];
    // Linear is 8, the square 64. Below a few ms the clock of the processor is too coarse to say.
    assert.ok(long < 20_000 || long / Math.max(short, 1) < 32, `${short} -> ${long} µs`);
  });
}

const POLLUTING = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

test('no parser takes a key that reaches a prototype for a value, or changes one', () => {
  for (const key of POLLUTING) {
    parsePlaybook(`version: 1\nservices:\n  ${key}:\n    polluted: true\n${key}:\n  polluted: true\n`, 'lastgood.yml');
    parsePlaybook(`version: 1\nservices: { x: &a { polluted: true }, ${key}: *a }\n<<: *a\n`, 'lastgood.yml');
    parseMarker('block', `<!-- lastgood:v1:block {"${key}":{"polluted":true}} -->`);
    parseBlock(`<!-- lastgood:v1:rollback {"${key}":{"polluted":true}} -->`);
    readAlerts(
      `{"version":"4","alerts":[{"status":"firing","startsAt":"2026-01-01T00:00:00Z","labels":{"${key}":"polluted","service":"${key}","environment":"${key}"}}]}`,
    );
    parseComment(`/rollback ${key} ${key}`);
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal(typeof {}.toString, 'function');
});

test('a YAML bomb is refused instead of unpacked', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map(
      (name, i) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${'abcdefghi'[i] ?? ''}`)
          .join(',')}]`,
    ),
  ];
  const parsed = parsePlaybook(`${bomb.join('\n')}\n`, 'lastgood.yml');
  assert.equal(parsed.ok, false);
});
