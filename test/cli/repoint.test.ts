import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openRemote } from '../../cli/remote.ts';
import { repoint } from '../../cli/commands/repoint.ts';
import type { Call } from '../../cli/terminal.ts';
import { parse } from '../../src/ledger/chain.ts';
import { startGitHub, type LocalGitHub } from '../../src/world/github/start.ts';
import { startSmallMlflow, type SmallMlflow } from '../registries/small-mlflow.ts';

const REPO = 'acme/deployments';

describe('repoint, against a repository and an MLflow', () => {
  let state: SmallMlflow;
  let github: LocalGitHub;

  before(async () => {
    state = await startSmallMlflow('8', ['7', '8']);
    const { url } = state;
    const criteria = [{ name: 'errors', bad: 'bad_total', total: 'all_total', if: 'rate > 2%' }];
    const verify = { 'healthy-for': '30s', within: '10m', source: 'prom', arm: 'app="web"', criteria };
    const rollback = { repoint: [{ registry: 'models', pointer: 'fraud@champion' }] };
    const playbook = JSON.stringify({
      version: 1,
      sources: { prom: { kind: 'prometheus', url: 'http://prometheus.example' } },
      registries: { models: { kind: 'mlflow', url, auth: { bearer: 'MLFLOW_TOKEN' } } },
      services: { web: { environments: { production: { paths: ['apps/web'], verify, rollback } } } },
    });
    github = await startGitHub();
    const collaborators = { mona: 'admin' } as const;
    await github.createRepository({ owner: 'acme', name: 'deployments', files: { 'README.md': '#\n' }, collaborators });
    await github.pushCommit(REPO, { author: 'mona', message: 'Playbook', files: { 'lastgood.yml': playbook } });
  });
  after(async () => {
    state.close();
    await github.close();
  });

  function aCall(options: Call['options'], said: string[]): Call {
    return {
      words: [],
      options: { repo: REPO, service: 'web', ...options },
      env: {
        GITHUB_TOKEN: github.token('mona'),
        GITHUB_API_URL: github.url,
        MLFLOW_TOKEN: 'token-of-mlflow',
        USER: 'mona',
      },
      print: (text) => void said.push(text),
      progress: () => undefined,
      json: false,
    };
  }

  async function run(options: Call['options']) {
    const said: string[] = [];
    const code = await repoint.run(aCall(options, said));
    assert.ok(!said.join().includes('token-of-mlflow'));
    return { code, said: said.join('\n') };
  }

  const lines = async () => parse(await openRemote(aCall({}, [])).repository.ledger());

  test('a dry run prints the request and sends nothing', async () => {
    const { code, said } = await run({ to: '7' });
    assert.equal(code, 0, said);
    assert.match(
      said,
      /^ready +fraud@champion: 8 -> 7 +\(named with --to\)\n +POST http.*\/registered-models\/alias\n/,
    );
    assert.match(said, /\{"name":"fraud","alias":"champion","version":"7"\}/);
    assert.deepEqual([state.champion, state.posts, await lines()], ['8', 0, []]);
  });

  test('--apply moves it once, the ledger has before and after, and --undo moves it back', async () => {
    const moved = await run({ to: '7', apply: true });
    assert.equal(moved.code, 0, moved.said);
    assert.match(moved.said, /^moved +fraud@champion: 8 -> 7/);
    assert.deepEqual(
      (await lines()).map(({ kind, actor, details }) => [kind, actor, details['from'], details['to']]),
      [
        ['repointing', 'mona', '8', '7'],
        ['repointed', 'mona', '8', '7'],
      ],
    );
    assert.match((await run({ to: '7', apply: true })).said, /^there +fraud@champion: 7 -> 7/);
    assert.equal(state.posts, 1);
    const back = await run({ undo: true, apply: true });
    assert.match(back.said, /^moved +fraud@champion: 7 -> 8 +\(before ledger line 2\)/);
    assert.deepEqual([state.champion, state.posts], ['8', 2]);
    const then = (await lines())[1]?.at ?? '';
    assert.match((await run({ at: then })).said, /^ready +fraud@champion: 8 -> 7 +\(ledger line 2 of/);
  });

  test('a version that is gone, and a time before the ledger, are exit 1; what is not listed may not be moved', async () => {
    const gone = await run({ to: '9' });
    assert.equal(gone.code, 1);
    assert.match(gone.said, /^impossible +fraud@champion: 8 -> 9[\s\S]*version 9 cannot be used/);
    const early = await run({ at: '2020-01-01T00:00Z' });
    assert.equal(early.code, 1);
    assert.match(early.said, /the ledger does not know where it led at 2020/);
    await assert.rejects(run({ to: '7', pointer: 'fraud@other' }), /lists no pointer fraud@other/);
    await assert.rejects(run({}), /Say where to, once/);
    await assert.rejects(run({ to: '7', undo: true }), /Say where to, once/);
  });
});
