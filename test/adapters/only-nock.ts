import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import nock from 'nock';

/** In this file no host is reached but those that nock plays, and a prepared answer that nobody asked for is a failure. */
export function onlyNock(): void {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const left = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    assert.deepEqual(left, []);
  });
}

/** A fetch whose server takes the request and stays silent until the caller gives up. */
export function neverAnswers(_url: unknown, init?: RequestInit): Promise<Response> {
  return new Promise((_, reject) => {
    const { signal } = init ?? {};
    const alive = setInterval(() => undefined, 60_000);
    signal?.addEventListener('abort', () => {
      clearInterval(alive);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    });
  });
}
