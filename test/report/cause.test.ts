import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeMarkdown, causeSentence } from '../../src/report/cause.ts';

test('the name of the trigger that decided is said once', () => {
  const cause = { kind: 'gate', checkRunId: 77, trigger: 'error rate', then: 'rollback' } as const;
  const said = { ...cause, because: 'error rate: rate 0.323 > limit 0.0139' };
  assert.equal(causeSentence(said), "the gate failed on 'error rate': rate 0.323 > limit 0.0139");
  assert.equal(causeMarkdown(said), 'the gate failed on **error rate**: rate 0.323 &gt; limit 0.0139');
  assert.equal(
    causeSentence({ ...cause, because: 'no data for 3 looks' }),
    "the gate failed on 'error rate': no data for 3 looks",
  );
});
