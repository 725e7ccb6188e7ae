import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import nock from 'nock';
import type { Artefact } from '../../../src/playbook/artefact-name.ts';
import { onlyNock } from '../only-nock.ts';
import { lookAtArtefact } from './look-at.ts';

onlyNock();

const folder = mkdtempSync(join(tmpdir(), 'lastgood-dvc-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const object = (more: Partial<Extract<Artefact, { kind: 'object' }>> = {}): Artefact => ({
  ...{ kind: 'object', md5: A, directory: false, layout: 3, size: 5 },
  ...more,
});

function put(key: string, text: string): void {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), text);
}

test('an object of DVC 2 lies at the top of the remote, one of DVC 3 below files/md5; neither stands for the other', async () => {
  const config = { kind: 'dvc', url: folder };
  put(`aa/${A.slice(2)}`, 'model');
  assert.equal((await lookAtArtefact(config, object({ layout: 2 }), {})).state, 'there');
  const lost = await lookAtArtefact(config, object(), {});
  assert.deepEqual(
    [lost.state, lost.says],
    ['gone', `the remote has no files/md5/aa/${A.slice(2)}: no such file in ${folder}`],
  );
  put(`files/md5/aa/${A.slice(2)}`, 'model');
  assert.equal((await lookAtArtefact(config, object(), {})).state, 'there');
});

test('a damaged object cannot be used: its size is not what dvc.lock says', async () => {
  put(`files/md5/bb/${B.slice(2)}`, 'mod');
  const found = await lookAtArtefact({ kind: 'dvc', url: folder }, object({ md5: B }), {});
  assert.deepEqual([found.state, found.says], ['not-ready', `files/md5/bb/${B.slice(2)} has 3 bytes instead of 5`]);
});

test('a directory of DVC 2 needs every file of its list, in the old layout', async () => {
  const config = { kind: 'dvc', url: folder };
  const directory = object({ md5: 'c'.repeat(32), directory: true, layout: 2, size: null });
  put(
    `cc/${'c'.repeat(30)}.dir`,
    JSON.stringify([
      { md5: A, relpath: 'a.csv' },
      { md5: 'd'.repeat(32), relpath: 'd.csv' },
    ]),
  );
  assert.equal((await lookAtArtefact(config, directory, {})).says, '1 of its 2 files are missing: d.csv');
  put(`dd/${'d'.repeat(30)}`, 'x');
  assert.equal((await lookAtArtefact(config, directory, {})).says, 'there with all of its 2 files');
});

const BUCKET = { kind: 'dvc', url: 's3://models/dvc', region: 'eu-west-1' };
const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI', AWS_SESSION_TOKEN: 'session' };
const PATH = `/models/dvc/files/md5/aa/${A.slice(2)}`;

test('a bucket is asked by HEAD, signed with Signature Version 4', async () => {
  nock('https://s3.eu-west-1.amazonaws.com')
    .head(PATH)
    .matchHeader('authorization', /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request/)
    .matchHeader('x-amz-security-token', 'session')
    .matchHeader('x-amz-content-sha256', /./)
    .reply(200, '', { 'content-length': '5', 'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT' });
  const found = await lookAtArtefact(BUCKET, object(), env);
  assert.deepEqual([found.state, found.says, found.madeAt], ['there', 'there, 5 bytes', Date.UTC(2026, 10, 1)]);
});

test('only NoSuchKey is a lost object: a bucket that is gone or closed is unknown', async () => {
  const answer = (code: string) =>
    nock('https://s3.eu-west-1.amazonaws.com')
      .head(PATH)
      .reply(404)
      .get(PATH)
      .reply(404, `<Error><Code>${code}</Code></Error>`);
  answer('NoSuchKey');
  assert.equal((await lookAtArtefact(BUCKET, object(), env)).state, 'gone');
  answer('NoSuchBucket');
  const other = await lookAtArtefact(BUCKET, object(), env);
  assert.deepEqual([other.state, /NoSuchBucket for the bucket models/.test(other.says)], ['unknown', true], other.says);
  nock('https://s3.eu-west-1.amazonaws.com').head(PATH).reply(403);
  const closed = await lookAtArtefact(BUCKET, object(), env);
  assert.deepEqual([closed.state, /s3:ListBucket/.test(closed.says)], ['unknown', true], closed.says);
});

test('another S3 is asked at its own endpoint', async () => {
  nock('http://minio.example:9000').head(PATH).reply(200, '', { 'content-length': '5' });
  const found = await lookAtArtefact({ ...BUCKET, endpoint: 'http://minio.example:9000' }, object(), env);
  assert.equal(found.state, 'there');
});
