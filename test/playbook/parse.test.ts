import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatFault, parsePlaybook, playbookError } from '../../src/playbook/parse.ts';
import { aPlaybook, briefly, errors, faultsOf, playbookOf } from './a-playbook.ts';

const production = (text: string) => {
  const rules = playbookOf(text).services['rec']?.environments['production'];
  assert.ok(rules);
  return rules;
};

test('a playbook without faults has milliseconds, ratios, conditions and every default', () => {
  const { gate, rollback, verify } = production(aPlaybook());
  assert.equal(gate?.poll, 15_000);
  assert.equal(gate.deadline, 1_800_000);
  assert.equal(gate.triggers[0]?.['max-age'], 120_000);
  assert.deepEqual(gate.triggers[0].if.limits, [{ factor: 1, plus: 0.01 }]);
  assert.equal(verify.within, 600_000);
  assert.equal(rollback.approval, 'human');
  assert.equal(rollback['max-age'], 86_400_000);
});

test('a fault is one line with its place, its value and its cure', () => {
  const text = aPlaybook({ gate: 'poll: 15' });
  const faults = faultsOf(text);
  const [fault] = faults;
  assert.ok(fault && faults.length === 1);
  assert.equal(fault.path, 'services.rec.environments.production.gate.poll');
  assert.equal(text.split('\n')[fault.line - 1]?.slice(fault.column - 1), '15');
  assert.equal(formatFault(fault), "lastgood.yml:14:17 'poll' needs its unit (got '15'). Write 15s.");
});

test('every fault of shape and of meaning is reported at once, from top to bottom', () => {
  const text = aPlaybook({
    sources: '{ prom: { kind: prometheus, url: "http://prometheus:9090", timeot: 5s } }',
    paths: '[/apps/rec]',
    trigger: `name: a, histogram: h, unit: s, if: p99 > 300, then: rolback }, { ${errors}, if: rate > baseline, then: ask`,
    verify: `{ healthy-for: 30s, within: 10s, arm: app="rec", criteria: [{ ${errors}, if: rate > baseline + 1pp }] }`,
  });
  assert.deepEqual(briefly(text), [
    "timeot is not a key of this place -> did you mean 'timeout'?",
    'paths[0] begins with / -> write it from the top of the repository: apps/rec',
    "if '300' is not a time, at column 7 of the sentence -> write 300ms",
    "then is not one of the words it takes -> did you mean 'rollback'?",
    'if leaves no margin: a release exactly like the baseline could never be proven to pass -> add pass-when: rate < baseline + 0.5pp',
    'within is not longer than healthy-for (30s), so recovery could never be proven -> write more than 30s',
    'if compares with a baseline, and after a rollback there is none -> write a fixed limit, such as rate > 2% or p99 > 300ms',
  ]);
  const places = faultsOf(text).map(({ line, column }) => line * 1000 + column);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test('a wrong version, an unknown key at the top and a missing verify hide nothing else', () => {
  const text = aPlaybook({ paths: '[a/../b]' }).replace('version: 1', 'version: 3').concat('sorces: {}\n');
  assert.deepEqual(briefly(text), [
    'version is not one of the words it takes -> write 1',
    'paths[0] leaves the repository or goes back with .. -> write the path without ..',
    "sorces is not a key of this place -> did you mean 'sources'?",
  ]);
  const missing = briefly(aPlaybook().replace(/^ {8}verify.*$/m, ''));
  assert.equal(missing.length, 1);
  assert.match(missing[0] ?? '', /^verify is missing -> add 'verify:' \(what recovered means/);
});

test('a list keeps its numbers in the report when an entry before is misshapen', () => {
  const text = aPlaybook({ trigger: `name: a, if: 5, then: ask }, { ${errors}, if: rate < 1%, then: ask` });
  assert.deepEqual(
    faultsOf(text).map(({ path }) => path.replace(/.*gate\./, '')),
    ['triggers[0].if', 'triggers[1].if'],
  );
});

test('wrong types are named in words a person uses', () => {
  assert.deepEqual(briefly(aPlaybook({ paths: 'apps/rec' })), ['paths should be a list -> write a list']);
  assert.deepEqual(briefly(aPlaybook({ gate: 'robust: "yes"' })), [
    'robust should be true or false -> write true or false',
  ]);
  assert.deepEqual(briefly(aPlaybook({ gate: 'false-alarm: 0.5' })), [
    'false-alarm must be at most 0.2 -> write at most 0.2',
  ]);
  assert.deepEqual(briefly(aPlaybook({ paths: '[]' })), ['paths must have at least 1 entries -> add one']);
  assert.deepEqual(briefly('- a'), [' should be a mapping of keys -> write a mapping of keys']);
});

test('YAML that cannot be read is reported with its place', () => {
  assert.deepEqual(briefly('version: 1\n\tx: 2'), [' has a tab as indentation -> indent with spaces']);
  assert.deepEqual(briefly('version: 1\n---\nversion: 1'), [
    ' has a second document -> keep one playbook in the file, without ---',
  ]);
  assert.deepEqual(briefly(''), [' is empty -> begin with version: 1']);
  assert.deepEqual(briefly('# nothing'), [' is empty -> begin with version: 1']);
  const [open] = faultsOf('version: 1\nservices: {a: [b}\n');
  assert.equal(open?.line, 2);
  assert.equal(faultsOf(aPlaybook({ top: 'x: !!python/object y' })).length, 2);
});

test('a key that stands twice is a fault at the second one, and the rest is still checked', () => {
  const text = aPlaybook({ gate: 'poll: 5\n          soak: 5m\n          poll: 10s' });
  assert.deepEqual(briefly(text), ['poll needs its unit -> write 5s', 'poll stands here twice -> keep one of them']);
});

test('keys that mean something to JavaScript are refused and pollute nothing', () => {
  const text = `${aPlaybook()}__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\n`;
  assert.deepEqual(briefly(text), [
    '__proto__ is not allowed as a key -> choose another name',
    'constructor is not allowed as a key -> choose another name',
  ]);
  assert.equal('polluted' in {}, false);
});

test('an anchor can be used again, and what is wrong in it is wrong once', () => {
  const staging = (verify: string) =>
    `      staging: { paths: [apps/staging], applications: [rec-staging], verify: ${verify} }`;
  const good = `&verify { healthy-for: 30s, within: 10m, source: prom, arm: app="rec", criteria: [{ ${errors}, if: rate > 2% }] }`;
  assert.equal(production(aPlaybook({ verify: good, services: staging('*verify') })).verify.within, 600_000);
  assert.deepEqual(briefly(aPlaybook({ verify: good.replace('10m', '10'), services: staging('*verify') })), [
    'within needs its unit -> write 10s',
  ]);
  assert.match(briefly(aPlaybook({ verify: '*nothing' })).join(), /no anchor &nothing/);
});

test('a merge key is refused, because it is easy to misread', () => {
  assert.match(
    briefly(aPlaybook({ gate: '<<: { poll: 10s }' })).join(),
    /<< is not a key of this place -> write the keys themselves/,
  );
});

test('anchors that grow or hold themselves stop at a bound', () => {
  const laughs = Array.from(
    { length: 12 },
    (_, i) => `x${i}: &x${i} [${i === 0 ? '1' : Array.from({ length: 9 }, () => `*x${i - 1}`).join()}]`,
  );
  assert.match(briefly(laughs.join('\n')).join(), /expands to more than 100000 values/);
  assert.match(briefly('a: &a [*a]').join(), /holds itself/);
  assert.match(briefly('['.repeat(50_000)).join(), /nested|not closed|not valid/);
  assert.match(briefly(`a: ${'['.repeat(60)}${']'.repeat(60)}`).join(), /nested too deeply/);
});

test('a file over 480 KiB is refused unread', () => {
  assert.deepEqual(briefly(`${aPlaybook()}# ${'é'.repeat(250_000)}`), [
    ' is larger than 480 KiB -> split the playbook or remove what is generated',
  ]);
});

test('a secret that was pasted into the file does not reach any message', () => {
  const secret = 'ghp_0123456789abcdef';
  const texts = [
    aPlaybook({ argocd: `argocd: { url: "https://a.example.com", token: ${secret} }` }),
    aPlaybook({ sources: `{ prom: { kind: prometheus, url: "http://p:9090", auth: { bearer: ${secret} } } }` }),
    aPlaybook({ sources: `{ prom: { kind: prometheus, url: "http://p:9090", auth: ${secret} } }` }),
    aPlaybook({
      sources: `{ prom: { kind: prometheus, url: "http://p:9090", auth: { headers: { Authorization: ${secret} } } } }`,
    }),
    aPlaybook({ sources: `{ prom: { kind: prometheus, url: "http://me:${secret}@p:9090" } }` }),
    aPlaybook({ sources: `{ prom: { kind: prometheus, url: "ftp://me:${secret}@p:9090" } }` }),
    aPlaybook({ argocd: `argocd: { url: "https://me:${secret}@a.example.com" }` }),
  ];
  for (const text of texts) {
    const faults = faultsOf(text);
    assert.ok(faults.length > 0, text);
    assert.ok(!JSON.stringify(faults).includes(secret), JSON.stringify(faults));
  }
});

test('all faults become one error with a line for each', () => {
  const error = playbookError(faultsOf(aPlaybook({ gate: 'poll: 15', paths: '[/a]' })));
  assert.equal(error.code, 'playbook-invalid');
  assert.deepEqual(
    error.message.split('\n').map((line) => line.slice(0, 15)),
    ['2 faults in the', 'lastgood.yml:8:', 'lastgood.yml:14'],
  );
});

test('a fault is one line even when file, key or value hold control characters', () => {
  const [fault] = faultsOf(`"a\\nb\\e[31m": 1\n${aPlaybook()}`);
  assert.ok(fault);
  assert.doesNotMatch(formatFault({ ...fault, file: 'x\ny' }), /[\u0000-\u001f]/);
});

test('no text makes the parser throw, and a refusal has at least one fault inside the text', () => {
  const pieces = aPlaybook().split(/(?<=\s)/);
  const mutated = fc
    .array(
      fc.tuple(
        fc.nat(pieces.length - 1),
        fc.oneof(
          fc.string(),
          fc.constantFrom('&a ', '*a ', '- ', '{', ']', ': ', '\n', '\t', '15 ', '!x ', '__proto__: '),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) => {
      const copy = [...pieces];
      for (const [index, piece] of changes) copy[index] = piece;
      return copy.join('');
    });
  fc.assert(
    fc.property(fc.oneof(fc.string(), mutated), (text) => {
      const parsed = parsePlaybook(text, 'lastgood.yml');
      if (parsed.ok) return;
      assert.ok(parsed.faults.length > 0);
      const lines = text.split('\n').length;
      for (const fault of parsed.faults) {
        assert.ok(fault.line >= 1 && fault.line <= lines && fault.column >= 1, formatFault(fault));
        assert.ok(fault.message !== '' && fault.cure !== '');
      }
    }),
    { numRuns: 300 },
  );
});
