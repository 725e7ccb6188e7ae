/** A pointer outside Git, end to end: the bot as a process hears its webhook, and moves it back with the revert. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ALERTS_TOKEN, type RunningBot } from '../../../cli/demo/processes.ts';
import { startSmallMlflow, type SmallMlflow } from '../../registries/small-mlflow.ts';
import { labelled, openStage, ourComments, serves, soundLedger, until, type Stage } from '../stage.ts';

const SECRET = 'secret-of-the-registry';

describe('an alias that decides which model is served', () => {
  let mlflow: SmallMlflow;
  let stage: Stage;
  let bot: RunningBot;
  before(async () => {
    mlflow = await startSmallMlflow('7', ['7', '8']);
    const registries = `registries:\n  models: { kind: mlflow, url: '${mlflow.url}', observe: { webhook: MODELS_HOOK } }\n`;
    const repoint = 'repoint: [{ registry: models, pointer: fraud@champion, apply: true }]';
    stage = await openStage({
      rps: 40,
      playbook: (text) =>
        text.replace('approval: auto,', `approval: auto, ${repoint},`).replace('services:', `${registries}services:`),
    });
    bot = await stage.startBot({ MODELS_HOOK: SECRET });
  });
  after(async () => {
    await stage.close();
    mlflow.close();
  });

  /** Somebody promotes a version, and MLflow tells the bot. */
  async function promote(version: string, secret = SECRET): Promise<number> {
    mlflow.champion = version;
    const body = JSON.stringify({
      entity: 'model_version_alias',
      action: 'created',
      timestamp: new Date().toISOString(),
      data: { name: 'fraud', alias: 'champion', version },
    });
    const stamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', secret).update(`delivery-${version}.${stamp}.${body}`).digest('base64');
    const headers = {
      'x-mlflow-signature': `v1,${mac}`,
      'x-mlflow-timestamp': stamp,
      'x-mlflow-delivery-id': `delivery-${version}`,
    };
    const answer = await fetch(`${bot.url}/registries/models`, { method: 'POST', body, headers });
    await answer.text();
    return answer.status;
  }
  const moves = async () =>
    (await soundLedger(stage.town))
      .filter(({ kind }) => /^(pointer-moved|repoint)/.test(kind))
      .map(({ kind, details }) => [kind, details['from'], details['to']]);
  const recorded = (count: number) =>
    until(`${count} moves stand in the ledger`, async () => ((await moves()).length >= count ? true : null));

  test('a move is in the ledger, a forged one is not', async () => {
    assert.equal(await promote('7'), 202);
    await recorded(1);
    assert.equal(await promote('7', 'another-secret-of-somebody'), 401);
    assert.deepEqual(await moves(), [['pointer-moved', null, '7']]);
  });

  test('the bad release is rolled back, and the alias with it; ledger and pull request say from where to where', async () => {
    // Git counts in whole seconds: the alias must have led to 7 before the second in which the bad release lands.
    const [first] = (await soundLedger(stage.town)).filter(({ kind }) => kind === 'pointer-moved');
    await until('the next second has begun', () => Date.now() - Date.parse(first?.at ?? '') >= 1000);
    const { sha } = await stage.town.release('2.0.0');
    assert.equal(await promote('8'), 202);
    await recorded(2);
    await serves(stage.town, sha);
    const labels = { alertname: 'Errors', service: 'recommender', environment: 'production' };
    const alert = { status: 'firing', labels, startsAt: new Date().toISOString(), fingerprint: 'f00d' };
    const answer = await fetch(`${bot.url}/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ALERTS_TOKEN}` },
      body: JSON.stringify({ version: '4', alerts: [alert] }),
    });
    assert.equal(answer.status, 202, await answer.text());
    const issue = await labelled(stage.town, sha, 'recovered');
    await recorded(4);
    assert.deepEqual((await moves()).slice(1), [
      ['pointer-moved', '7', '8'],
      ['repointing', '8', '7'],
      ['repointed', '8', '7'],
    ]);
    assert.deepEqual([mlflow.champion, mlflow.posts], ['7', 1]);
    assert.match(issue.body ?? '', /leads to 8 now and led to 7 with the target/);
    const told = ourComments(stage.town, issue.number).map(({ body }) => body);
    assert.ok(
      told.some((body) => /model fraud alias champion: moved from `8` to `7`/.test(body)),
      told.join('\n'),
    );
  });
});
