import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RunningBot } from '../../../cli/demo/processes.ts';
import { REPOSITORY } from '../../../src/world/deployment.ts';
import type { Exchange } from '../../../src/world/github/options.ts';
import {
  labelled,
  openStage,
  ourComments,
  reactionsTo,
  rollbackOf,
  soundLedger,
  timelines,
  until,
  type Stage,
} from '../stage.ts';

/** Writes of the bot on GitHub, in the order in which they usually happen; it is killed as soon as one was carried out. */
const MOMENTS: readonly (readonly [string, (call: Exchange) => boolean])[] = [
  ['its pull request stands', ({ requestBody }) => queryOf(requestBody).startsWith('mutation Open')],
  ['it reacts to the command', ({ method, path }) => method === 'POST' && path.endsWith('/reactions')],
  ['it labels the pull request', ({ method, path }) => method === 'PUT' && path.endsWith('/labels')],
  ['the pull request is merged', ({ method, path }) => method === 'PUT' && path.endsWith('/merge')],
  ['it writes its comment', ({ method, path }) => method === 'POST' && path.endsWith('/comments')],
  ['it writes the ledger', ({ method, path, requestBody }) => isLedgerWrite(method, path, requestBody)],
];

function queryOf(body: unknown): string {
  return ((body as { query?: string } | null)?.query ?? '').trimStart();
}

function isLedgerWrite(method: string, path: string, body: unknown): boolean {
  return (
    method !== 'GET' &&
    (path !== '/graphql' || queryOf(body).startsWith('mutation')) &&
    JSON.stringify(body).includes('lastgood-ledger')
  );
}

describe('a bot that is killed in the middle', () => {
  let stage: Stage;
  let bot: RunningBot;
  let onCall: (call: Exchange) => void = () => undefined;
  before(async () => {
    stage = await openStage({ rps: 40, onExchange: (call) => onCall(call) });
    bot = await stage.startBot();
  });
  after(() => stage.close());

  function killedWith(isMoment: (call: Exchange) => boolean): Promise<void> {
    return new Promise((resolve) => {
      onCall = (call) => {
        if (call.login !== 'lastgood[bot]' || call.status >= 300 || !isMoment(call)) return;
        onCall = () => undefined;
        resolve(bot.stop('SIGKILL'));
      };
    });
  }

  for (const [index, [moment, isMoment]] of MOMENTS.entries()) {
    test(`when ${moment} loses nothing: another bot finishes the one rollback`, async () => {
      const { town } = stage;
      const release = await town.release(`2.${index}.0`);
      const dead = killedWith(isMoment);
      const comment = await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
      await dead;
      bot = await stage.startBot();
      await labelled(town, release.sha, 'recovered');
      await until('the command is answered', () => reactionsTo(town, comment).length > 0);
      assert.deepEqual(reactionsTo(town, comment), ['rocket']);
      assert.equal(timelines(town, release.number).length, 1);
      assert.equal(ourComments(town, release.number).length, 1);
      const ledger = await soundLedger(town);
      const number = rollbackOf(town, release.sha)?.number;
      const opened = ledger.find(({ details }) => details['pullRequest'] === number);
      const kinds = ledger.filter(({ incident }) => incident === opened?.incident).map(({ kind }) => kind);
      assert.deepEqual(kinds, ['requested', 'opened', 'merged', 'applied', 'recovered']);
    });
  }

  test('and a command whose webhook got lost while no bot ran is found by the next one', async () => {
    const { town } = stage;
    await bot.stop();
    const release = await town.release('2.10.0');
    town.github.failWebhook({ kind: 'lose', event: 'issue_comment' });
    const comment = await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
    await town.github.drain();
    bot = await stage.startBot();
    await labelled(town, release.sha, 'recovered');
    await until('the command is answered', () => reactionsTo(town, comment).length > 0);
    assert.deepEqual(reactionsTo(town, comment), ['rocket']);
    assert.equal(timelines(town, release.number).length, 1);
  });
});
