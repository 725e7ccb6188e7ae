import { whatRan, type Ran } from '../../src/control/history.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import type { Playbook } from '../../src/playbook/schema.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { isInstant } from '../../src/plan/history.ts';
import { oneLine } from '../../src/report/escape.ts';
import { clonedPlaybook, headOf, localPast, type Past } from '../local-history.ts';
import { openRemote } from '../remote.ts';
import { answer, needed, option, type Call, type Command } from '../terminal.ts';

export const whatran: Command = {
  usage: 'whatran TIME|SHA --service S [--environment E] [--repo R | --clone FOLDER]',
  does: 'which versions Git wanted then, each with its file, key and commit; in a clone without --repo',
  async run(call) {
    const [asked, ...more] = call.words;
    if (asked === undefined || more.length > 0 || (!isInstant(asked) && !/^[0-9a-f]{7,40}$/i.test(asked)))
      throw new RollbackError(
        'input-invalid',
        `'${call.words.join(' ')}' is neither a time with its zone nor a commit`,
        {
          hint: 'Write one of them, such as 2026-11-17T14:00Z or 1a2b3c4.',
        },
      );
    const { past, head, playbook } = option(call, 'repo') === null ? await openClone(call) : await openGitHub(call);
    const { service, environment, rules } = targetOf(playbook, {
      service: needed(call, 'service', 'recommender'),
      environment: option(call, 'environment') ?? undefined,
    });
    const key = { repo: option(call, 'repo') ?? '', service, environment };
    const found = await whatRan({ repository: past }, key, { paths: rules.paths, head, asked });
    if (!found.ok) {
      answer(
        call,
        { ok: false, because: found.refusal.wrong, hint: found.refusal.hint },
        () => `${found.refusal.wrong}\n${found.refusal.hint}`,
      );
      return 1;
    }
    answer(call, { ok: true, service, environment, ...viewOf(found.ran) }, () =>
      tableOf(found.ran, `${service} in ${environment}`),
    );
    return 0;
  },
};

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

/** Each version with where it was read; when it was applied, and which line of the ledger says so. */
function viewOf({ change, because, versions, known }: Ran) {
  const { revision, title, author, at, pull } = change;
  const applied = known.find(({ kind }) => kind === 'applied') ?? null;
  return {
    revision,
    title,
    author,
    at,
    pull,
    because,
    versions: versions.map(({ key, value, moves, path }) => ({
      value,
      moves,
      source: { file: path, key, commit: revision },
    })),
    applied: applied && { at: applied.at, source: { ledgerLine: applied.seq, hash: applied.hash } },
    ledger: known.map(({ seq, at: when, kind, because: why }) => ({ line: seq, at: when, kind, because: why })),
  };
}

function tableOf(ran: Ran, place: string): string {
  const { revision, title, author, because, versions, applied, ledger } = viewOf(ran);
  const rows = versions.map(({ value, source }) => [value, source.key, source.file, revision.slice(0, 7)]);
  const head = ['VERSION', 'KEY', 'FILE', 'COMMIT'];
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => oneLine(row[i] ?? '').length)));
  const print = (row: readonly string[]): string =>
    row
      .map((cell, i) => oneLine(cell).padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    `${place}: ${revision.slice(0, 7)} '${oneLine(title)}' by ${oneLine(author)}`,
    oneLine(because),
    '',
    ...(rows.length === 0 ? ['No version is named in its files.'] : [print(head), ...rows.map(print)]),
    '',
    applied === null
      ? 'The ledger does not say when it was applied: this is what Git wanted.'
      : `Applied ${applied.at} (ledger line ${applied.source.ledgerLine}).`,
    ...ledger.map(({ line, at, kind, because: why }) => `ledger ${line}  ${at}  ${kind}: ${oneLine(why)}`),
  ].join('\n');
}
