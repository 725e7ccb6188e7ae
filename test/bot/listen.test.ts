import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { listen } from '../../bot/listen.ts';
import { RollbackError } from '../../src/errors.ts';

test('a sender that never ends its request does not keep the bot from stopping', async () => {
  const begun = Promise.withResolvers<undefined>();
  const { url, close } = await listen(0, () => begun.resolve(undefined));
  const slow = connect(Number(new URL(url).port), '127.0.0.1');
  slow.on('error', () => undefined);
  await once(slow, 'connect');
  slow.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
  await begun.promise;
  await close(0);
  await assert.rejects(fetch(url));
});

test('a request that is under way when the bot stops is answered', async () => {
  const begun = Promise.withResolvers<undefined>();
  const go = Promise.withResolvers<undefined>();
  const { url, close } = await listen(0, (_, response) => {
    begun.resolve(undefined);
    void go.promise.then(() => response.end('kept'));
  });
  const answer = fetch(url).then((response) => response.text());
  await begun.promise;
  const closed = close(60_000);
  go.resolve(undefined);
  assert.equal(await answer, 'kept');
  await closed;
});

test('a port that is taken is named with what to do', async () => {
  const first = await listen(0, (_, response) => void response.end());
  const port = new URL(first.url).port;
  await assert.rejects(
    listen(Number(port), () => undefined),
    (error: unknown) =>
      error instanceof RollbackError &&
      error.message.startsWith(`The bot cannot listen on port ${port}: `) &&
      /Set PORT/.test(error.hint),
  );
  await first.close();
});
