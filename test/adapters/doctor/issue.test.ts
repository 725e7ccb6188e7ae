import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepDoctorIssue } from '../../../src/adapters/doctor/issue.ts';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import type { DoctorFinding } from '../../../src/report/doctor.ts';
import { doctorPage } from '../../../src/report/doctor-page.ts';
import { startGitHub } from '../../../src/world/github/start.ts';

const finding = (what: string): DoctorFinding => ({
  rule: 'argocd/prune-off',
  severity: 'error',
  place: 'application web',
  at: null,
  what,
  because: 'false, needed is true',
  cure: 'Set it.',
});

test('one issue is opened, changed only with its findings, closed once nothing is left, and opened again', async (t) => {
  const calls: string[] = [];
  const github = await startGitHub({
    onExchange: ({ method, path }) => {
      if (method !== 'GET' && path.includes('/issues')) calls.push(method);
    },
  });
  t.after(() => github.close());
  await github.createRepository({ owner: 'acme', name: 'deploy', files: { 'README.md': 'x' } });
  const client = tokenClient({ baseUrl: github.url, token: github.appToken() });
  const keep = (...findings: DoctorFinding[]) =>
    keepDoctorIssue(
      { client, repository: 'acme/deploy', login: `${github.app.slug}[bot]`, labels: ['ops'] },
      doctorPage(findings),
    );
  const issues = () =>
    [...github.repository('acme/deploy').issues.values()].map(({ title, state, labels }) => ({
      title,
      state,
      labels: labels.map(({ name }) => name).sort(),
    }));
  await keep();
  assert.deepEqual([issues(), calls], [[], []], 'what is well needs no issue');
  await keep(finding('one'), finding('two'));
  await keep(finding('one'), finding('two'));
  assert.deepEqual(calls, ['POST']);
  assert.deepEqual(issues(), [
    { title: 'lastgood doctor: 2 errors, 0 warnings, 0 notes', state: 'open', labels: ['lastgood: doctor', 'ops'] },
  ]);
  await keep(finding('one'));
  await keep();
  await keep();
  assert.deepEqual(calls, ['POST', 'PATCH', 'PATCH']);
  assert.equal(issues()[0]?.state, 'closed');
  await keep(finding('three'));
  assert.deepEqual(
    issues().map(({ title, state }) => [title, state]),
    [['lastgood doctor: 1 error, 0 warnings, 0 notes', 'open']],
  );
});
