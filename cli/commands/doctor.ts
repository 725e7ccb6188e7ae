import { visitArgoCd } from '../../src/adapters/doctor/argocd.ts';
import { visitGitHub } from '../../src/adapters/doctor/github.ts';
import { apiUrl, tokenClient } from '../../src/adapters/github/client.ts';
import { metricSource } from '../../src/adapters/sources.ts';
import { diagnose } from '../../src/control/doctor.ts';
import type { DoctorFacts } from '../../src/control/doctor-facts.ts';
import { probe } from '../../src/control/doctor-probe.ts';
import { appliedTargets } from '../../src/control/doctor-targets.ts';
import { RollbackError } from '../../src/errors.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { doctorAnnotations, doctorSarif, doctorText, hasErrors } from '../../src/report/doctor.ts';
import { readPlaybookFile } from '../playbook-file.ts';
import { answer, option, type Call, type Command } from '../terminal.ts';

export const doctor: Command = {
  usage: 'doctor [--playbook F] [--repository R] [--sarif | --annotations]',
  does: 'checks rights, rules, Argo CD, metric sources, clocks and whoever else writes versions; changes nothing',
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

/** What cannot be asked, because nobody said where it is, is left out; what does not answer is a finding. */
async function gather(call: Call): Promise<DoctorFacts> {
  const file = await readPlaybookFile(option(call, 'playbook')).catch((error: unknown) => {
    if (error instanceof RollbackError && option(call, 'playbook') === null) return null;
    throw error;
  });
  const parsed = file === null ? null : parsePlaybook(file.text, file.path);
  const playbook = parsed?.ok === true ? parsed.playbook : null;
  const [github, argo, probes] = await Promise.all([
    visitRepository(call),
    playbook?.argocd
      ? visitArgoCd({
          url: playbook.argocd.url,
          token: call.env[playbook.argocd.token] ?? '',
          applications: appliedTargets(playbook).flatMap(({ applications }) => applications),
          now: Date.now,
        })
      : null,
    playbook ? probe(playbook, (source) => metricSource(source, call.env), Date.now()) : [],
  ]);
  return {
    playbook: file,
    github: github?.github ?? null,
    argoCd: argo?.argoCd ?? null,
    writers: github?.writers ?? [],
    probes,
    clocks: [...(github?.clocks ?? []), ...(argo?.clocks ?? [])],
  };
}

async function visitRepository(call: Call) {
  const repository = option(call, 'repository') ?? option(call, 'repo');
  const token = call.env['GITHUB_TOKEN'];
  if (repository === null) return null;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new RollbackError('input-invalid', `--repository is '${repository}', not owner/name`);
  if (!token)
    throw new RollbackError('github-unauthorized', 'GITHUB_TOKEN is not set', {
      hint: 'Set it to a token that can read the repository.',
    });
  return visitGitHub({
    client: tokenClient({ baseUrl: apiUrl(call.env), token }),
    asApp: null,
    repository,
    now: Date.now,
  });
}
