import { artefacts } from '../../src/adapters/registries/registries.ts';
import { whatRan } from '../../src/control/history.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import type { Playbook } from '../../src/playbook/schema.ts';
import { targetOf, type Target } from '../../src/playbook/target.ts';
import { isInstant } from '../../src/plan/history.ts';
import { oneLine } from '../../src/report/escape.ts';
import { sourcesOf, valueOf } from '../../src/report/history.ts';
import { clonedPlaybook, headOf, localPast, type Past } from '../local-history.ts';
import { namedTargets } from '../named-targets.ts';
import { openRemote } from '../remote.ts';
import { answer, option, type Call, type Command, REMOTE } from '../terminal.ts';

export const whatran: Command = {
  usage: 'whatran TIME|SHA [--service S] [--environment E] [--repo R | --clone FOLDER] [--offline]',
  does: 'commit, image, model, prompt, flag, schema and data then, each with its source; without --service of everything; --offline asks no registry',
  words: ['TIME|SHA'],
  values: { ...REMOTE, clone: 'FOLDER' },
  switches: ['offline'],
  apart: [['repo', 'clone']],
  async run(call) {
    const [asked] = call.words;
    const hint = 'Write one of them, such as 2026-11-17T14:00Z or 1a2b3c4.';
    if (asked === undefined) throw new RollbackError('input-invalid', 'The time or the commit is missing', { hint });
    if (!isInstant(asked) && !/^[0-9a-f]{7,40}$/i.test(asked))
      throw new RollbackError('input-invalid', `'${asked}' is neither a time with its zone nor a commit`, { hint });
    const opened = option(call, 'repo') === null ? await openClone(call) : await openGitHub(call);
    const targets = targetsOf(call, opened.playbook);
    const ledger = await opened.past.ledger();
    const past = { ...opened.past, ledger: () => Promise.resolve(ledger) };
    const places = await inTurns(targets, (target) => placeOf(call, { ...opened, past }, target, asked));
    const [only] = places;
    const whole =
      option(call, 'service') !== null && only !== undefined ? only : { ok: places.some(({ ok }) => ok), places };
    answer(call, whole, () => places.map(textOf).join('\n\n'));
    return places.some(({ ok }) => ok) ? 0 : 1;
  },
};

/** One place, or every place of the playbook. */
function targetsOf(call: Call, playbook: Playbook): readonly Target[] {
  const service = option(call, 'service');
  const environment = option(call, 'environment') ?? undefined;
  if (service !== null) return [targetOf(playbook, { service, environment })];
  return namedTargets(call, playbook).map((name) => targetOf(playbook, name));
}

const AT_ONCE = 8;

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE)
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  return results;
}

interface Opened {
  readonly past: Past;
  readonly head: string;
  readonly playbook: Playbook;
}

async function openGitHub(call: Call): Promise<Opened> {
  const { repository } = openRemote(call);
  const overview = await repository.overview();
  return { past: repository, head: overview.head, playbook: playbookOf(overview) };
}

/** The playbook of the same commit: one that was never committed says nothing about what ran. */
async function openClone(call: Call): Promise<Opened> {
  const folder = option(call, 'clone') ?? '.';
  const head = await headOf(folder, 'HEAD');
  return { past: localPast(folder), head, playbook: await clonedPlaybook(folder, head) };
}

/** Commit, answers and ledger of one place; when it was applied, and which line of the ledger says so. */
async function placeOf(call: Call, { past, head }: Opened, target: Target, asked: string) {
  const { service, environment } = target;
  const place = { service, environment };
  const door = (registries: Target['registries']) => artefacts(registries, { env: call.env });
  const outside = call.options['offline'] === true ? {} : { artefacts: door };
  const found = await whatRan({ repository: past, ...outside }, target, { head, asked });
  if (!found.ok) return { ok: false, ...place, refusal: found.refusal } as const;
  const { change, because, answers, known } = found.ran;
  const { revision, title, author, at, pull } = change;
  const applied = known.find(({ kind }) => kind === 'applied') ?? null;
  return {
    ok: true,
    ...place,
    revision,
    title,
    author,
    at,
    pull,
    because,
    answers,
    applied: applied && { at: applied.at, source: { ledgerLine: applied.seq, hash: applied.hash } },
    ledger: known.map(({ seq, at: when, kind, because: why }) => ({ line: seq, at: when, kind, because: why })),
  } as const;
}

type Place = Awaited<ReturnType<typeof placeOf>>;

function textOf(place: Place): string {
  const where = `${place.service} in ${place.environment}`;
  if (!place.ok) return `${where}: ${oneLine(place.refusal.wrong)}\n${oneLine(place.refusal.hint)}`;
  const { revision, title, author, because, answers, applied, ledger } = place;
  const rows = answers.map((one) => [one.what, valueOf(one), sourcesOf(one).join('; '), one.warning ?? '']);
  return [
    `${where}: ${revision.slice(0, 7)} '${oneLine(title)}' by ${oneLine(author)}`,
    oneLine(because),
    '',
    ...(rows.length === 0 ? ['No version is named in its files.'] : tableOf(['WHAT', 'VERSION', 'SOURCE', ''], rows)),
    '',
    applied === null
      ? 'The ledger does not say when it was applied: this is what Git wanted.'
      : `Applied ${applied.at} (ledger line ${applied.source.ledgerLine}).`,
    ...ledger.map(({ line, at, kind, because: why }) => `ledger ${line}  ${at}  ${kind}: ${oneLine(why)}`),
  ].join('\n');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const lines = [head, ...rows].map((row) => row.map((cell) => oneLine(cell)));
  const widths = head.map((_, i) => Math.max(...lines.map((row) => row[i]?.length ?? 0)));
  return lines.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
