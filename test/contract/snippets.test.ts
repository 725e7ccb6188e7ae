/** What people copy from the pages works as it stands there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { INPUTS } from '../../action/inputs.ts';
import { readArguments } from '../../cli/arguments.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { SCENARIOS } from '../../cli/demo/scenarios.ts';
import { parseLine, sampleOf } from '../../cli/judge-line.ts';
import { isVerb } from '../../src/chatops/commands.ts';
import { parseComment } from '../../src/chatops/parse.ts';
import { messageOf } from '../../src/errors.ts';
import { formatFault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { blocksOf, foundIn, pagePaths, textOf } from './pages.ts';
import { isMapping, wholePlaybook } from './whole-playbook.ts';

/** The gallery has a stricter test of its own. */
const pages = pagePaths().filter((path) => path !== 'docs/triggers.md');

const snippets = pages.flatMap((path) => {
  const all = blocksOf(textOf(path), 'yaml').map((text) => parse(text) as unknown);
  const tiers = all.filter(isMapping).find((one) => 'tiers' in one)?.['tiers'];
  return all.map((snippet) => ({ path, snippet, playbook: wholePlaybook(snippet, tiers) }));
});

test('every snippet of a playbook lints without faults', () => {
  const ours = snippets.filter(({ playbook }) => playbook !== null);
  assert.ok(ours.length >= 25, String(ours.length));
  for (const { path, snippet, playbook } of ours) {
    const parsed = parsePlaybook(stringify(playbook), path);
    if (!parsed.ok) assert.fail(`${stringify(snippet)}\n${parsed.faults.map(formatFault).join('\n')}`);
  }
});

test('every step of a workflow that uses the Action gives inputs that it has', () => {
  const inputs: readonly string[] = INPUTS.map(({ name }) => name);
  const steps = snippets.flatMap(({ snippet }) => stepsIn(snippet));
  const ours = steps.filter((step) => String(step['uses']).startsWith('OWNER/lastgood@'));
  assert.ok(ours.length >= 2, String(ours.length));
  for (const { with: given } of ours)
    for (const name of Object.keys(isMapping(given) ? given : {})) assert.ok(inputs.includes(name), name);
});

/** Mappings with `uses`, wherever they stand. */
function stepsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn);
  if (!isMapping(value)) return [];
  return [...('uses' in value ? [value] : []), ...Object.values(value).flatMap(stepsIn)];
}

/** Command lines as they are typed: without comments, redirections and what follows on the same line. */
const commandLines = pages.flatMap((path) =>
  [
    ...textOf(path).matchAll(
      /(?:npm run -s lastgood --|^(?:\$ )?(?:  +)?(?:- run: )?lastgood|`lastgood) ([a-z-]+[^`\n]*)/gm,
    ),
  ]
    .map(([, line = '']) => line.split(/ #| [|>&]| < |\s+$/)[0] ?? '')
    .filter((line) => !/[[(\\]|\.\.\./.test(line) && Object.hasOwn(COMMANDS, line.split(' ')[0] ?? ''))
    .map((line) => ({ path, line })),
);

test('every command line is understood, with all of its options', () => {
  assert.ok(commandLines.length >= 25, String(commandLines.length));
  for (const { path, line } of commandLines) {
    const words = Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, a, b, c]) => a ?? b ?? c ?? '');
    try {
      readArguments(words, COMMANDS);
    } catch (error) {
      assert.fail(`${path}: lastgood ${line}: ${messageOf(error)}`);
    }
  }
});

test('every comment that a page tells people to write is a command', () => {
  const spoken = pages.flatMap((path) => foundIn(textOf(path), /`(\/[a-z-]+(?: [^`|]*)?)`/g));
  const ours = spoken.filter((line) =>
    /^\/(rollback|hold|resume|freeze|unfreeze|release|gate|whatran|false-alarm)\b/.test(line),
  );
  assert.ok(ours.length >= 20, String(ours.length));
  for (const line of ours.filter((each) => each.includes(' ') && !each.includes('['))) {
    const whole = line.replace('<hash>', 'a1b2c3d4e5f6').replaceAll(/<[^>]+>|\.\.\./g, 'web');
    assert.equal(parseComment(whole)?.kind, 'command', line);
    const [head, word = ''] = line.split(' ');
    if (head === '/rollback') assert.ok(/^[<.]/.test(word) || isVerb(word), line);
  }
});

test('every scenario that a page names can be played', () => {
  const named = pages.flatMap((path) => foundIn(textOf(path), /--scenario ([a-z][a-z-]+)/g));
  assert.ok(named.length >= 6, named.join());
  for (const name of named) assert.ok(SCENARIOS.has(name), name);
});

test('no page calls a bare node, which may be one that does not run TypeScript', () => {
  for (const path of pagePaths())
    assert.doesNotMatch(textOf(path), /(?<!npx )\bnode (?:--test|(?:bench|test|docs|action|cli)\/)/, path);
});

test('the lines and arms that lastgood judge is said to read are read', () => {
  const page = textOf('docs/judge.md');
  const lines = blocksOf(page, 'jsonl').flatMap((block) => block.trim().split('\n'));
  const arms = foundIn(page, /`(\{"(?:bad|good|strata|le|values|sum|value)": .*?\}+)`/g);
  assert.ok(lines.length >= 2 && arms.length >= 7, `${lines.length} lines, ${arms.length} arms`);
  const written = arms.map((arm) => `{"release": "r", "t": 30, "metric": "m", "canary": ${arm}, "baseline": null}`);
  for (const line of [...lines, ...written]) assert.notEqual(sampleOf(parseLine(line), 'above').kind, 'missing', line);
});

test('every file that a command line names is there', () => {
  for (const path of pagePaths())
    for (const file of foundIn(
      textOf(path),
      /\b(?:npx )?node (?:--[a-z-]+(?: '[^']*')? )*((?:bench|test|docs|action|cli)\/[\w/.-]+\.ts)/g,
    ))
      assert.ok(existsSync(new URL(`../../${file}`, import.meta.url)), `${path}: ${file}`);
});
