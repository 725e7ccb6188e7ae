import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPromql } from '../../src/adapters/promql.ts';
import { RollbackError } from '../../src/errors.ts';
import { formatFault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { chosen, count, proposedPlaybook, surveyText } from '../../src/report/proposed.ts';
import { isProduction } from '../../src/survey/layout.ts';
import { surveyOf } from '../../src/survey/survey.ts';
import { manifestsBelow } from '../folder-files.ts';
import { PLACES } from '../playbook-file.ts';
import { answer, option, refuseUnwritable, type Command, TARGET } from '../terminal.ts';

export const init: Command = {
  usage: 'init [folder] [--service S] [--environment E] [--write]',
  does: 'reads a checkout of the deployment repository and proposes a lastgood.yml, with what only a person can decide marked; --write writes it',
  words: ['folder'],
  values: { ...TARGET },
  switches: ['write'],
  async run(call) {
    const folder = call.words[0] ?? '.';
    const path = join(folder, PLACES[0]);
    if (call.options['write'] === true) await refuseExisting(folder);
    const survey = surveyOf(await manifestsBelow(folder));
    const wish = { service: option(call, 'service'), environment: option(call, 'environment') };
    const proposed = chosen(survey.found, wish, isProduction);
    if (proposed.length === 0) throw nothingFound(folder, survey.found.length);
    const text = proposedPlaybook(survey, proposed);
    const parsed = parsePlaybook(text, PLACES[0], { promql: readPromql });
    if (!parsed.ok) throw new Error(`the proposal has faults: ${parsed.faults.map(formatFault).join('; ')}`);
    const decisions = text.split('\n').filter((line) => line.includes('# DECIDE')).length;
    if (call.options['write'] === true) {
      await refuseUnwritable(folder);
      await writeFile(path, text, { flag: 'wx' });
    }
    const next =
      call.options['write'] === true
        ? `${path} written. Decide the ${count(decisions, 'line')} marked DECIDE, then: lastgood lint`
        : `Nothing was written: --write writes it to ${path}.`;
    const { notes } = survey;
    answer(
      call,
      { found: survey.found, notes, playbook: text, decisions, written: call.options['write'] === true },
      () => [commented(surveyText(survey, proposed)), '', text.trimEnd(), '', commented(next)].join('\n'),
    );
    return 0;
  },
};

/** The whole answer stays a playbook, so that it can be sent into a file as well. */
function commented(text: string): string {
  return text
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n');
}

async function refuseExisting(folder: string): Promise<void> {
  for (const place of PLACES) {
    const exists = await access(join(folder, place)).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new RollbackError('input-invalid', `There is ${join(folder, place)} already, and it stays as it is`, {
        hint: 'Run lastgood init without --write and copy what you need.',
      });
  }
}

function nothingFound(folder: string, found: number): RollbackError {
  return found > 0
    ? new RollbackError('input-invalid', `None of the ${count(found, 'place')} found has that service or environment`, {
        hint: `See all of them: lastgood init ${folder}`,
      })
    : new RollbackError(
        'input-invalid',
        `${folder} shows no service: no workload, kustomization, values file or Application`,
        {
          hint: 'Name the folder of a checkout of the deployment repository, the one that Argo CD follows.',
        },
      );
}
