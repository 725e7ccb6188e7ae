import { playbookOf } from '../../src/control/reconcile.ts';
import { parse } from '../../src/ledger/chain.ts';
import { find } from '../../src/ledger/query.ts';
import { groupChanges } from '../../src/plan/changes.ts';
import { liveAt } from '../../src/plan/history.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { openRemote } from '../remote.ts';
import { answer, needed, option, type Command, REMOTE } from '../terminal.ts';

export const history: Command = {
  usage: 'history --repo R --service S [--environment E] [--at TIME]',
  does: 'what was released, and with --at what ran then, such as --at 2026-11-17T14:00Z',
  words: [],
  values: { ...REMOTE, at: 'TIME' },
  switches: [],
  async run(call) {
    const { repository } = openRemote(call);
    const [overview, ledger] = await Promise.all([repository.overview(), repository.ledger()]);
    const target = targetOf(playbookOf(overview), {
      service: needed(call, 'service', 'recommender'),
      environment: option(call, 'environment') ?? undefined,
    });
    const changes = groupChanges(await repository.history(target.rules.paths, overview.head));
    const lines = find(parse(ledger), { service: target.service, environment: target.environment });
    const at = option(call, 'at');
    if (at !== null) {
      const live = liveAt(changes, at);
      answer(call, live, () => (live.kind === 'live' ? `${live.sha.slice(0, 7)}: ${live.because}` : live.because));
      return live.kind === 'live' ? 0 : 1;
    }
    const rows = changes.map((change) => ({
      ...change,
      ledger: lines.filter((line) => line.revision === change.revision).map((line) => line.kind),
    }));
    answer(call, rows, () =>
      rows
        .map(
          (row) =>
            `${row.at}  ${row.revision.slice(0, 7)}  ${row.title} (${row.author})${row.ledger.length > 0 ? `  [${row.ledger.join(', ')}]` : ''}`,
        )
        .join('\n'),
    );
    return 0;
  },
};
