import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { RunningBot } from '../../cli/demo/processes.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import {
  labelled,
  openStage,
  ourComments,
  reactionsTo,
  rollbackOf,
  rollbacks,
  soundLedger,
  timelines,
  until,
  type Stage,
} from './stage.ts';

/** Hands every webhook on to all of these at once. */
async function startFork(urls: readonly string[]): Promise<Server> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => /^(x-|content-type|user-agent)/.test(name)),
      ) as Record<string, string>;
      const send = (url: string) => fetch(url, { method: 'POST', headers, body: Buffer.concat(parts) });
      Promise.all(urls.map(send)).then(
        (answers) => response.writeHead(Math.max(...answers.map(({ status }) => status))).end(),
        () => response.writeHead(502).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('two bots that hear everything at once', () => {
  let stage: Stage;
  let bots: readonly RunningBot[] = [];
  let fork: Server | null = null;
  before(async () => {
    stage = await openStage({ rps: 40 });
    bots = await Promise.all([stage.startBot(), stage.startBot()]);
    fork = await startFork(bots.map(({ url }) => `${url}/api/github/webhooks`));
    stage.town.github.setWebhook(`http://127.0.0.1:${(fork.address() as AddressInfo).port}`);
  });
  after(async () => {
    fork?.closeAllConnections();
    fork?.close();
    await stage.close();
  });

  test('open one pull request, keep one comment, react once and write every fact to the ledger once', async () => {
    const { town } = stage;
    const release = await town.release('2.0.0');
    const comment = await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
    await labelled(town, release.sha, 'recovered');
    await town.github.drain();
    assert.equal(rollbacks(town).length, 1);
    assert.equal(timelines(town).length, 1);
    assert.equal(ourComments(town).length, 1);
    assert.deepEqual(reactionsTo(town, comment), ['rocket']);
    const kinds = (await soundLedger(town)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['requested', 'opened', 'merged', 'applied', 'recovered']);
    const [delivery] = town.github.deliveries.filter(({ event }) => event === 'issue_comment');
    assert.equal(delivery?.statusCode, 200, 'the comment did not reach both bots');
  });

  test('asked to stop in the middle, one lets go of everything and ends with 0; the other one finishes', async () => {
    const { town } = stage;
    const [stopping] = bots;
    assert.ok(stopping);
    const release = await town.release('2.1.0');
    await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
    await until('the revert stands', () => rollbackOf(town, release.sha));
    await stopping.stop('SIGTERM');
    assert.equal(stopping.process.exitCode, 0);
    await assert.rejects(fetch(`${stopping.url}/health`), 'it still answers');
    await labelled(town, release.sha, 'recovered');
    assert.equal(rollbacks(town).length, 2);
    assert.equal(timelines(town, release.number).length, 1);
    const kinds = (await soundLedger(town)).slice(5).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['requested', 'opened', 'merged', 'applied', 'recovered']);
  });
});
