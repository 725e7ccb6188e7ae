import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import nock from 'nock';
import { argoCd } from '../../src/adapters/argocd.ts';
import { RollbackError } from '../../src/errors.ts';
import { neverAnswers, onlyNock } from './only-nock.ts';

onlyNock();

const HOST = 'https://argocd.example';
const argo = argoCd({ url: `${HOST}/`, token: 'argo-secret' });
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const PATH = '/api/v1/applications/shop';

/** What Argo CD 3.x answers, as far as it matters here. */
function anApplication(status: object, spec: object = {}): Record<string, unknown> {
  return {
    metadata: { name: 'shop', namespace: 'argocd', resourceVersion: '811' },
    spec: {
      source: { repoURL: 'https://git.example/deploy.git', path: 'apps/shop', targetRevision: 'main' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
      ...spec,
    },
    status,
  };
}
const synced = {
  sync: { status: 'Synced', revision: A, comparedTo: {} },
  health: { status: 'Healthy', lastTransitionTime: '2026-01-01T00:00:05Z' },
  operationState: {
    phase: 'Succeeded',
    message: 'successfully synced (all tasks run)',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:04Z',
    syncResult: { revision: A },
    operation: { sync: { revision: A } },
  },
  summary: { images: ['registry.example/shop:1.4.1'] },
};

function says(body: object, search = ''): void {
  nock(HOST, { reqheaders: { authorization: 'Bearer argo-secret' } })
    .get(`${PATH}${search}`)
    .reply(200, body as nock.Body);
}

async function thrown(act: Promise<unknown>): Promise<RollbackError> {
  const error: unknown = await act.catch((e: unknown) => e);
  assert.ok(error instanceof RollbackError);
  assert.doesNotMatch(`${error.message} ${error.hint}`, /argo-secret/);
  return error;
}

describe('an application', () => {
  it('tells compared and applied revisions apart', async () => {
    says(anApplication({ ...synced, sync: { status: 'OutOfSync', revision: B } }));
    assert.deepEqual(await argo.application('shop'), {
      name: 'shop',
      sync: { status: 'OutOfSync', revisions: [B] },
      health: { status: 'Healthy', since: '2026-01-01T00:00:05Z' },
      operation: {
        phase: 'Succeeded',
        revisions: [A],
        message: 'successfully synced (all tasks run)',
        startedAt: '2026-01-01T00:00:00Z',
        finishedAt: '2026-01-01T00:00:04Z',
        retryCount: 0,
      },
      images: ['registry.example/shop:1.4.1'],
      autoSync: true,
    });
  });

  it('that was never compared has no revision and no health', async () => {
    says(anApplication({ sync: { status: '' }, health: {} }));
    const { sync, health, operation, images } = await argo.application('shop');
    assert.deepEqual(
      { sync, health, operation, images },
      {
        sync: { status: 'Unknown', revisions: [] },
        health: { status: 'Unknown', since: null },
        operation: null,
        images: [],
      },
    );
  });

  it('with a manifest error is Unknown without a revision, null or empty', async () => {
    for (const revision of [null, '']) {
      says(anApplication({ ...synced, sync: { status: 'Unknown', revision } }));
      assert.deepEqual((await argo.application('shop')).sync, { status: 'Unknown', revisions: [] });
    }
  });

  it('of several sources reports the commits of the Git sources only', async () => {
    const sources = [
      { repoURL: 'https://charts.example', chart: 'redis', targetRevision: '17.1.0' },
      { repoURL: 'https://git.example/deploy.git', path: 'apps/shop' },
      { repoURL: 'oci://registry.example/config' },
      { repoURL: 'https://git.example/values.git', ref: 'values' },
    ];
    const revisions = ['17.1.0', A, 'sha256:1', B];
    says(anApplication({ ...synced, sync: { status: 'Synced', revisions } }, { source: undefined, sources }));
    assert.deepEqual((await argo.application('shop')).sync.revisions, [A, B]);
  });

  it('whose sync retries names the revision that it keeps trying', async () => {
    const operationState = {
      phase: 'Running',
      message: 'one or more objects failed to apply. Retrying attempt #2',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: null,
      retryCount: 2,
      operation: { sync: { revision: B } },
    };
    says(anApplication({ ...synced, operationState }));
    const { operation } = await argo.application('shop');
    assert.deepEqual([operation?.phase, operation?.revisions, operation?.retryCount], ['Running', [B], 2]);
  });

  it('is not synced automatically without a policy, or with a disabled one', async () => {
    for (const syncPolicy of [undefined, {}, { automated: null }, { automated: { enabled: false } }]) {
      says(anApplication(synced, { syncPolicy }));
      assert.equal((await argo.application('shop')).autoSync, false);
    }
    says(anApplication(synced, { syncPolicy: { automated: {} } }));
    assert.equal((await argo.application('shop')).autoSync, true);
  });

  it('is compared with Git anew on refresh', async () => {
    says(anApplication(synced), '?refresh=normal');
    assert.equal((await argo.refresh('shop')).sync.status, 'Synced');
  });
});

describe('ending an operation', () => {
  const running = {
    ...synced,
    operationState: { ...synced.operationState, phase: 'Running', syncResult: { revision: B } },
  };

  it('ends the one that was meant', async () => {
    says(anApplication(running));
    const end = nock(HOST).delete(`${PATH}/operation`).reply(200, {});
    await argo.terminate('shop', B);
    assert.equal(end.isDone(), true);
  });

  it('leaves another revision and a finished operation alone', async () => {
    says(anApplication(running));
    await argo.terminate('shop', A);
    says(anApplication(synced));
    await argo.terminate('shop', A);
  });

  it('is content when the operation ended meanwhile', async () => {
    says(anApplication(running));
    nock(HOST)
      .delete(`${PATH}/operation`)
      .reply(400, { error: 'Unable to terminate operation. No operation is in progress' });
    await argo.terminate('shop', B);
  });

  it('names the right that is lacking', async () => {
    says(anApplication(running));
    nock(HOST).delete(`${PATH}/operation`).reply(403, { error: 'permission denied', code: 7 });
    const error = await thrown(argo.terminate('shop', B));
    assert.equal(error.code, 'argocd-unauthorized');
    assert.match(error.hint, /applications sync.*argocd app terminate-op shop/);
  });
});

describe('an error names the application and the host:', () => {
  for (const [status, body, code] of [
    [401, { error: 'no session information', code: 16 }, 'argocd-unauthorized'],
    [403, { error: 'permission denied', code: 7 }, 'argocd-unknown-application'],
    [404, { error: 'applications.argoproj.io "shop" not found', code: 5 }, 'argocd-unknown-application'],
    [302, '', 'argocd-unavailable'],
    [429, '', 'argocd-unavailable'],
    [502, '<html>bad gateway</html>', 'argocd-unavailable'],
    [200, '<html>sign in</html>', 'argocd-unavailable'],
    [200, { metadata: { name: 'shop' } }, 'argocd-unavailable'],
    [200, anApplication({ operationState: { phase: 'Dancing', startedAt: '' } }), 'argocd-unavailable'],
  ] as const)
    it(`${status} ${JSON.stringify(body).slice(0, 40)} is ${code}`, async () => {
      nock(HOST)
        .get(PATH)
        .reply(status, body as nock.Body);
      const error = await thrown(argo.application('shop'));
      assert.equal(error.code, code);
      assert.match(error.message, /^Application 'shop' at argocd.example: /);
    });

  it('no answer in time is unavailable, and worth another look', async () => {
    const slow = argoCd({ url: HOST, token: 'argo-secret', timeoutMs: 50, fetch: neverAnswers });
    const error = await thrown(slow.application('shop'));
    assert.deepEqual([error.code, error.retryable], ['argocd-unavailable', true]);
  });

  it('a name cannot leave its place in the path', async () => {
    nock(HOST).get('/api/v1/applications/..%2Fclusters%3Fx').reply(404, '');
    await thrown(argo.application('../clusters?x'));
  });
});
