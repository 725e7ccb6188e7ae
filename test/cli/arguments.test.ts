import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments, usageOf } from '../../cli/arguments.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { RollbackError } from '../../src/errors.ts';

const read = (line: string) => readArguments(line.split(' '), COMMANDS);

/** What is said about a line that was typed wrongly, and the cure. */
function refusal(line: string): readonly [message: string, hint: string] {
  try {
    read(line);
  } catch (error) {
    assert.ok(error instanceof RollbackError);
    assert.equal(error.code, 'input-invalid');
    return [error.message, error.hint];
  }
  return assert.fail(`${line} is accepted`);
}

test('words and options go to the command, wherever --json stands', () => {
  assert.deepEqual(read('--json migrations a.sql b.sql --playbook=p.yml --prove'), {
    kind: 'run',
    command: COMMANDS['migrations'],
    words: ['a.sql', 'b.sql'],
    options: { json: true, playbook: 'p.yml', prove: true },
  });
});

test('a word too many is refused, and a playbook is told how it is named', () => {
  assert.deepEqual(refusal('plan-gate examples/lastgood.yml'), [
    "plan-gate takes no words, and 'examples/lastgood.yml' is one too many. Did you mean --playbook examples/lastgood.yml?",
    `It is: lastgood ${usageOf(COMMANDS['plan-gate'] ?? assert.fail())}`,
  ]);
  assert.equal(refusal('lint a.yml b.yml')[0], "lint takes one word, and 'b.yml' is one too many.");
  assert.equal(refusal('plan service')[0], "plan does not know the word 'service'. Did you mean --service?");
});

test('an option of another command is refused, and its value is no second fault', () => {
  assert.equal(refusal('lint --playbook a.yml b.yml')[0], 'lint has no option --playbook.');
  assert.equal(refusal('plan --serivce recommender')[0], 'plan has no option --serivce. Did you mean --service?');
  assert.equal(refusal('plan -x')[0], 'plan has no option -x.');
});

test('every fault is said at once', () => {
  assert.deepEqual(refusal('gate here --service --json --report= --service a --service b --json=1')[0].split('\n'), [
    "--service needs a value, and '--json' follows; a value that begins with - is written --service=--json",
    '--report needs a value: --report DIR',
    '--service is given twice',
    "--json takes no value, and got '1'",
    "gate takes no words, and 'here' is one too many.",
  ]);
});

test('options that name different things to read exclude each other', () => {
  assert.equal(refusal('replay --from 1h --file a.jsonl')[0], '--from and --file exclude each other: give one of them');
  assert.equal(
    refusal('ledger show --repo a/b --folder . --file f')[0],
    '--repo and --folder and --file exclude each other: give one of them',
  );
  for (const [name, { apart, values, switches }] of Object.entries(COMMANDS))
    for (const option of (apart ?? []).flat())
      assert.ok(Object.hasOwn(values, option) || switches.includes(option), `${name} --${option}`);
});

test('a command that does not exist is answered with the nearest one', () => {
  assert.deepEqual(refusal('plan-gat'), [
    "There is no command 'plan-gat'. Did you mean 'plan-gate'?",
    'See lastgood help.',
  ]);
  assert.equal(refusal('constructor')[0], "There is no command 'constructor'.");
});

test('help is of a command where one is named, and of all else', () => {
  assert.deepEqual(read('help lint'), { kind: 'help', of: COMMANDS['lint'], asked: true });
  assert.deepEqual(read('lint a b --strange -h'), { kind: 'help', of: COMMANDS['lint'], asked: true });
  assert.deepEqual(read('help'), { kind: 'help', of: null, asked: true });
  assert.deepEqual(readArguments([], COMMANDS), { kind: 'help', of: null, asked: false });
});

test('a usage names only options that its command takes, and the whole usage names every one', () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    const { values, switches, usage, does } = command;
    const taken = [...Object.keys(values), ...switches];
    const named = (text: string) => Array.from(text.matchAll(/--([a-z-]+)/g), ([, option = '']) => option);
    assert.ok(usage.startsWith(name), usage);
    for (const option of named(`${usage} ${does}`)) assert.ok(taken.includes(option), `${name} --${option}`);
    for (const option of taken) assert.ok(named(usageOf(command)).includes(option), `${name} --${option}`);
  }
});

test('whether a value follows an option is the same in every command', () => {
  const values = Object.values(COMMANDS).flatMap((command) => Object.keys(command.values));
  const switches = Object.values(COMMANDS).flatMap((command) => command.switches);
  assert.deepEqual(
    switches.filter((name) => values.includes(name)),
    [],
  );
});
