import { artefacts as registryDoor } from '../../src/adapters/registries/registries.ts';
import { manifestsAt } from '../../src/control/manifests-at.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import type { Registries } from '../../src/playbook/schema.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { lineOf } from '../../src/registries/findings.ts';
import type { Looked } from '../../src/registries/look.ts';
import { referencesIn, referencesListed } from '../../src/registries/references.ts';
import { retentionWarning } from '../../src/registries/retention.ts';
import { openRemote } from '../remote.ts';
import { answer, needed, option, type Command, type ExitCode, REMOTE } from '../terminal.ts';

/** Nobody waits for a rollback here, so slow registries get their time. */
const BUDGET_MS = 20_000;

export const artefacts: Command = {
  usage: 'artefacts --repo R --service S [--environment E] [--at SHA]',
  does: 'asks the registries whether every image, model, data set, prompt and flag still exists, now or at a commit',
  words: [],
  values: { ...REMOTE, at: 'SHA' },
  switches: [],
  async run(call) {
    const { repository, clock } = openRemote(call);
    const overview = await repository.overview();
    const { registries } = playbookOf(overview);
    const target = targetOf(playbookOf(overview), {
      service: needed(call, 'service', 'recommender'),
      environment: option(call, 'environment') ?? undefined,
    });
    if (Object.keys(registries).length === 0)
      throw new RollbackError('input-invalid', 'The playbook names no registries, so nobody can be asked.', {
        hint: "Add 'registries:' to the playbook; docs/registries.md shows how.",
      });
    const at = option(call, 'at');
    const sha = at === null ? overview.head : await repository.resolve(at);
    if (sha === null)
      throw new RollbackError('input-invalid', `--at '${at ?? ''}' is no commit, tag or branch of ${repository.name}`);
    const manifests = await manifestsAt(repository, target.rules.paths, sha);
    const references = [
      ...referencesIn(registries, manifests),
      ...referencesListed(registries, target.rules.artefacts),
    ];
    const door = registryDoor(registries, { env: call.env, budgetMs: BUDGET_MS });
    const looked = await Promise.all(
      references.map(async (reference): Promise<Looked> => ({ reference, look: await door.look(reference) })),
    );
    const now = clock.now();
    const rows = looked.map((one) => rowOf(one, registries, now));
    answer(call, { at: sha, artefacts: rows }, () =>
      rows.length === 0
        ? `the manifests at ${sha.slice(0, 7)} name nothing that a registry of the playbook knows`
        : rows.map((row, i) => textOf(row, looked[i], now)).join('\n'),
    );
    return exitOf(looked);
  },
};

function rowOf(one: Looked, registries: Registries, now: number) {
  const { registry, label, place } = one.reference;
  const { state, says, madeAt } = one.look;
  const config = registries[registry];
  return {
    registry,
    artefact: label,
    state,
    says,
    place,
    madeAt: madeAt === null ? null : new Date(madeAt).toISOString(),
    warning: config === undefined ? null : retentionWarning(one, config, now),
  };
}

function textOf({ state, place, warning }: ReturnType<typeof rowOf>, one: Looked | undefined, now: number): string {
  const line = one === undefined ? '' : lineOf(one, now);
  const where = place === null ? '' : `  [${place.path} ${place.key}]`;
  return `${state.padEnd(12)}  ${line}${where}${warning === null ? '' : `\n${' '.repeat(14)}${warning}`}`;
}

/** Lost is the answer no; unknown is a world that did not answer; nothing at all to ask for is no answer either. */
function exitOf(looked: readonly Looked[]): ExitCode {
  if (looked.some(({ look }) => look.state === 'gone' || look.state === 'not-ready')) return 1;
  return looked.length === 0 || looked.some(({ look }) => look.state === 'unknown') ? 3 : 0;
}
