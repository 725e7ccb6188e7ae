import { gatherFacts, type Examination } from '../../src/adapters/doctor/gather.ts';
import { apiUrl, tokenClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { diagnose } from '../../src/control/doctor.ts';
import type { DoctorFacts } from '../../src/control/doctor-facts.ts';
import { RollbackError } from '../../src/errors.ts';
import { doctorAnnotations, doctorSarif, doctorText, hasErrors } from '../../src/report/doctor.ts';
import { readPlaybookFile } from '../playbook-file.ts';
import { answer, option, type Call, type Command } from '../terminal.ts';

export const doctor: Command = {
  usage: 'doctor [--playbook F] [--repository R] [--sarif | --annotations]',
  does: 'checks rights, rules, Argo CD, metric sources, clocks and whoever else writes versions; changes nothing',
  words: [],
  values: { playbook: 'F', repository: 'R', repo: 'R' },
  switches: ['sarif', 'annotations'],
  apart: [
    ['sarif', 'annotations'],
    ['repository', 'repo'],
  ],
  async run(call) {
    const facts = await gather(call);
    const findings = diagnose(facts);
    if (call.options['sarif'] === true)
      call.print(JSON.stringify(doctorSarif(findings, facts.playbook?.path ?? 'lastgood.yml', '0.1.0'), null, 2));
    else if (call.options['annotations'] === true) call.print(doctorAnnotations(findings));
    else answer(call, { ok: !hasErrors(findings), findings }, () => doctorText(findings));
    return hasErrors(findings) ? 1 : 0;
  },
};

async function gather(call: Call): Promise<DoctorFacts> {
  const github = repositoryOf(call);
  const playbook = await readPlaybookFile(option(call, 'playbook')).catch(async (error: unknown) => {
    if (!(error instanceof RollbackError) || option(call, 'playbook') !== null) throw error;
    return github === null ? null : (await githubRepository(github.client, github.repository, '').overview()).playbook;
  });
  return gatherFacts({ playbook, github, env: call.env, now: Date.now });
}

function repositoryOf(call: Call): Examination['github'] {
  const repository = option(call, 'repository') ?? option(call, 'repo');
  const token = call.env['GITHUB_TOKEN'];
  if (repository === null) return null;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new RollbackError('input-invalid', `--repository is '${repository}', not owner/name`);
  if (!token)
    throw new RollbackError('github-unauthorized', 'GITHUB_TOKEN is not set', {
      hint: 'Set it to a token that can read the repository.',
    });
  return { client: tokenClient({ baseUrl: apiUrl(call.env), token }), asApp: null, repository };
}
