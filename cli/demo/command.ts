import { RollbackError } from '../../src/errors.ts';
import { didYouMean } from '../../src/playbook/nearest.ts';
import { answer, option, type Command } from '../terminal.ts';
import type { DemoResult } from './result.ts';
import { play } from './run.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { openStage, type Stage } from './stage.ts';

export const demo: Command = {
  usage: 'demo [--scenario NAME] [--seed N] [--keep]',
  does: `plays a bad release from the canary to the proof: ${[...SCENARIOS.keys()].join(', ')}`,
  words: [],
  values: { scenario: 'NAME', seed: 'N' },
  switches: ['keep'],
  async run(call) {
    const scenario = scenarioOf(option(call, 'scenario') ?? 'errors');
    const seed = Number(option(call, 'seed') ?? 1);
    if (!Number.isSafeInteger(seed))
      throw new RollbackError('input-invalid', `--seed is '${String(call.options['seed'])}', not a whole number`);
    const live = call.json ? call.progress : call.print;
    const say = (seconds: number | null, text: string): void =>
      live(`${seconds === null ? '       ' : `${seconds.toFixed(1).padStart(5)} s`}  ${text}`);
    live(`scenario ${scenario.name}: ${scenario.story}\n`);
    const stage = await openStage(scenario, { seed, say });
    try {
      const result = await play(stage, scenario, say);
      answer(call, result, () => summary(result));
      if (call.options['keep'] === true) await keep(stage, live);
      if (!result.asAnnounced) return 3;
      return result.outcome === 'recovered' ? 0 : 1;
    } finally {
      await stage.close();
    }
  },
};

async function keep({ town, bot }: Stage, live: (text: string) => void): Promise<void> {
  const { github, argoCd, fleet } = town;
  live(
    `\nkept: GitHub ${github.url} (token of mona: ${github.token('mona')}), Argo CD ${argoCd.url}, service ${fleet.url}, bot ${bot.url}\nCtrl-C ends it.`,
  );
  // A terminal that is closed ends it as well: the bot is a process of its own, and would stay.
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.get(name);
  if (found) return found;
  throw new RollbackError(
    'input-invalid',
    `There is no scenario '${name}': ${didYouMean(name, [...SCENARIOS.keys()])}`,
  );
}

function summary(result: DemoResult): string {
  const at = (seconds: number | null): string => (seconds === null ? '-' : `${seconds.toFixed(1)} s`);
  const { seconds, users, ledger, refusal } = result;
  const rows: [string, string][] = [
    ['detected after', at(seconds.detected)],
    [users.harm, `${users.badUntilMerged ?? '-'} until the merge, ${users.badInAll} of ${users.requests} in all`],
    ['pull request', result.revert ? `#${result.revert.number} after ${at(seconds.opened)}` : 'none'],
    ...result.verified.map((line): [string, string] => ['verified', line]),
    ...(refusal === null ? [] : [['not merged by itself', refusal.because] as [string, string]]),
    ['merged', refusal === null ? at(seconds.merged) : `${at(seconds.merged)}, by ${refusal.mergedBy}`],
    ['applied', at(seconds.applied)],
    ...(result.second === null
      ? []
      : [['relieved', `${at(seconds.relieved)}, then #${result.second.number}`] as [string, string]]),
    [
      'recovered',
      result.outcome === 'recovered' ? at(seconds.recovered) : `no: ${result.outcome} after ${at(seconds.escalated)}`,
    ],
    ...result.versions.map(({ of, before, released, relieved, after }): [string, string] => [
      of,
      [before, released, ...(relieved === null ? [] : [relieved]), after].join(' -> '),
    ]),
    ...(result.othersKept === null
      ? []
      : [['change of others', result.othersKept ? 'kept' : 'LOST'] as [string, string]]),
    ['ledger', ledger.verified ? `verified, ${ledger.lines} lines (${ledger.kinds.join(', ')})` : 'NOT verified'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const end = result.asAnnounced ? '' : '\n\nThis is not how the scenario should end.';
  return `\n${result.outcome}\n\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')}${end}`;
}
