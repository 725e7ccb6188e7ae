import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeStream } from '../../cli/judge.ts';
import { looksOf } from '../../cli/judge-looks.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import { parseTriggers } from '../../src/playbook/parse-triggers.ts';

const GATE = `source: p
arms: { canary: c, baseline: b }
soak: 0s
triggers:
  - name: constructor
    bad: bad_total
    total: all_total
    segments: { by: region, values: [eu, us] }
    if: rate > baseline + 0.5pp
    pass-when: rate < baseline + 5pp
    then: rollback
`;

function gate() {
  const parsed = parseTriggers(GATE, 'gate.yml');
  assert.ok(parsed.ok && 'triggers' in parsed.by);
  return parsed.by;
}

/** One look of both regions, as `lastgood judge` reads it. */
function line(t: number): string {
  const arm = (total: number) => ({ strata: { eu: { bad: total / 100, total }, us: { bad: total / 100, total } } });
  return JSON.stringify({ release: 'r', t, metric: 'constructor', canary: arm(2000), baseline: arm(20_000) });
}

test('lines of lastgood judge are replayed with their segments: the verdict is the same', async () => {
  const lines = [15, 30, 45].map(line);
  const said: string[] = [];
  async function* sent() {
    yield* await Promise.resolve(lines);
  }
  await judgeStream(sent(), { by: gate() }, (text) => said.push(text));
  const judged = JSON.parse(said.at(-1) ?? '{}') as { verdict: string; t: number; logE: number };
  assert.equal(judged.verdict, 'pass', said.join('\n'));

  const rules = rulesOfGate(gate());
  const { looks } = looksOf({ file: 'f.jsonl', text: lines.join('\n') }, rules, null);
  let state = begin(rules);
  for (const one of looks) {
    state = look(rules, state, one);
    if (verdict(rules, state).status !== 'continue') break;
  }
  const replayed = verdict(rules, state);
  assert.deepEqual(
    [replayed.status, replayed.elapsedSeconds, replayed.logE],
    [judged.verdict, judged.t, judged.logE],
    replayed.because,
  );
});
