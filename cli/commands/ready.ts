import { readinessOfPull } from '../../src/control/ready-check.ts';
import { readiness } from '../../src/control/ready.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import { targetOf, targetsTouching } from '../../src/playbook/target.ts';
import { readySentence, readyStatus, readyText, type Readiness } from '../../src/report/ready.ts';
import { changedPaths, clonedPlaybook, headOf, localPast, repositoryOf } from '../local-history.ts';
import { namedTargets } from '../named-targets.ts';
import { openOutside, openRemote } from '../remote.ts';
import { answer, needed, option, type Call, type Command, type ExitCode, REMOTE } from '../terminal.ts';

export const ready: Command = {
  usage: 'ready --repo R --pull N | [--clone FOLDER] --service S [--base REV] [--head REV]',
  does: 'says before a release whether it can be rolled back, and in about how long, or exactly why not; changes nothing',
  words: [],
  values: { ...REMOTE, pull: 'N', clone: 'FOLDER', base: 'REV', head: 'REV' },
  switches: [],
  apart: [
    ['repo', 'clone'],
    ['pull', 'clone'],
    ['pull', 'base'],
    ['pull', 'head'],
  ],
  async run(call) {
    const all = option(call, 'repo') === null ? await ofClone(call) : await ofPull(call);
    const rows = all.map((one) => ({ ...one, ready: readyStatus(one), sentence: readySentence(one) }));
    answer(call, rows, () =>
      all.length === 0 ? 'no service of the playbook is touched' : all.map(readyText).join('\n\n'),
    );
    return exitOf(all);
  },
};

function exitOf(all: readonly Readiness[]): ExitCode {
  const found = all.map(readyStatus);
  return found.includes('fault') ? 1 : found.includes('unknown') ? 3 : 0;
}

async function ofPull(call: Call): Promise<readonly Readiness[]> {
  const asked = needed(call, 'pull', '142');
  const doors = openRemote(call);
  if (!/^[1-9]\d{0,9}$/.test(asked))
    throw new RollbackError('input-invalid', `--pull '${asked}' is not the number of a pull request`, {
      hint: 'Give it as --pull 142.',
    });
  const number = Number(asked);
  const overview = await doors.repository.overview();
  const playbook = playbookOf(overview);
  const [pull] = await doors.repository.openPulls(overview.defaultBranch, number);
  if (!pull)
    throw new RollbackError(
      'input-invalid',
      `--pull ${asked} is no open pull request into ${overview.defaultBranch} of ${doors.repository.name}`,
      { hint: 'Give the number of one that is open.' },
    );
  // A name that is mistyped must not read as "nothing is touched".
  const named = namedTargets(call, playbook);
  const { all } = await readinessOfPull(doors, overview, playbook, pull);
  return all.filter((one) =>
    named.some(({ service, environment }) => one.service === service && one.environment === environment),
  );
}

/** A branch of a clone, taken for what the release will be. The playbook is that of the base, as on GitHub. */
async function ofClone(call: Call): Promise<readonly Readiness[]> {
  const folder = option(call, 'clone') ?? '.';
  const base = await headOf(folder, option(call, 'base') ?? 'origin/HEAD', '--base');
  const head = await headOf(folder, option(call, 'head') ?? 'HEAD', '--head');
  const playbook = await clonedPlaybook(folder, base);
  const target = targetOf(playbook, {
    service: needed(call, 'service', 'recommender'),
    environment: option(call, 'environment') ?? undefined,
  });
  const paths = await changedPaths(folder, base, head);
  const doors = {
    ...openOutside(call.env),
    repository: {
      ...localPast(folder),
      name: await repositoryOf(folder),
      jobVerdict: () => Promise.resolve(null),
    },
  };
  const proposed = {
    ...{ base, baseBranch: 'HEAD', after: head, head, title: 'this release', author: 'you', keepIn: null },
    strays: paths.filter((path) => targetsTouching(playbook, [path]).length === 0),
  };
  return [await readiness(doors, target, proposed)];
}
