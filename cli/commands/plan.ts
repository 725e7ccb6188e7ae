import { draft } from '../../src/control/draft.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { unmarked } from '../../src/report/escape.ts';
import { noPlanComment, planComment } from '../../src/report/plan.ts';
import { openRemote } from '../remote.ts';
import { answer, needed, option, type Command, REMOTE } from '../terminal.ts';

export const plan: Command = {
  usage: 'plan --repo R --service S [--environment E] [--to T]',
  does: 'prints what a rollback would change, and its hash; changes nothing',
  words: [],
  values: { ...REMOTE, to: 'T' },
  switches: [],
  async run(call) {
    const doors = openRemote(call);
    const overview = await doors.repository.overview();
    const target = targetOf(playbookOf(overview), {
      service: needed(call, 'service', 'recommender'),
      environment: option(call, 'environment') ?? undefined,
    });
    const key = { repo: doors.repository.name, service: target.service, environment: target.environment };
    const cause = { kind: 'command', by: 'the command line', commentId: 0, issue: 0, reason: null } as const;
    const ask = { cause, at: new Date(doors.clock.now()).toISOString(), bad: null, to: option(call, 'to') };
    const drafted = await draft(doors, target, key, overview, ask);
    if (!drafted) {
      answer(call, { kind: 'no-change' }, () => `nothing was ever released under ${target.rules.paths.join(', ')}`);
      return 1;
    }
    const { planned } = drafted;
    answer(call, planned, () =>
      planned.kind === 'planned'
        ? unmarked(
            planComment({
              plan: planned.plan,
              route: drafted.activeRules.join(', ') || 'direct merge, pinned to the head',
              blockers: [],
              printedIn: 'terminal',
            }),
          )
        : unmarked(noPlanComment(planned, key)),
    );
    return planned.kind === 'planned' ? 0 : 1;
  },
};
