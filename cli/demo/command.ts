import { within } from '../../src/adapters/within.ts';
import { RollbackError } from '../../src/errors.ts';
import { didYouMean } from '../../src/playbook/nearest.ts';
import { answer, option, type Command } from '../terminal.ts';
import { fold } from './fold.ts';
import type { DemoResult } from './result.ts';
import { play } from './run.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { closeAtSignal, nextSignal } from './signals.ts';
import { openStage, type Stage } from './stage.ts';

/** What is played ends by itself once its world is gone. */
const PATIENCE_MS = 5_000;

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
    // Folded for a terminal only: a pipe gets whole lines.
    const columns = (call.json ? process.stderr : process.stdout).columns || Infinity;
    const live = call.json ? call.progress : call.print;
    const say = (seconds: number | null, text: string): void => {
      const line = `${seconds === null ? '       ' : `${seconds.toFixed(1).padStart(5)} s`}  ${text}`;
      live(fold(line, columns, STAMP));
    };
    live(`${fold(`scenario ${scenario.name}: ${scenario.story}`, columns, 2)}\n`);
    const stage = openStage(scenario, { seed, say });
    let playing: Promise<unknown> = stage;
    const atSignal = closeAtSignal(async () => {
      await (await stage).close();
      // The gate takes its folder along.
      await within(PATIENCE_MS, playing);
    });
    try {
      const played = stage.then((opened) => play(opened, scenario, say));
      playing = played;
      const result = await played;
      answer(call, result, () => summary(result, columns));
      atSignal.off();
      if (call.options['keep'] === true) await keep(await stage, live);
      if (!result.asAnnounced) return 3;
      return result.outcome === 'recovered' ? 0 : 1;
    } catch (error) {
      // What breaks while the world is taken down is no news: the process ends for its signal.
      if (atSignal.caught()) await new Promise<never>(() => undefined);
      throw error;
    } finally {
      await stage.then((open) => open.close()).catch(() => undefined);
    }
  },
};

/** Width of the seconds before each line. */
const STAMP = 9;

async function keep({ town, bot }: Stage, live: (text: string) => void): Promise<void> {
  const { github, argoCd, fleet } = town;
  live(
    `\nkept: GitHub ${github.url} (token of mona: ${github.token('mona')}), Argo CD ${argoCd.url}, service ${fleet.url}, bot ${bot.url}\nCtrl-C ends it.`,
  );
  await nextSignal();
}

function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.get(name);
  if (found) return found;
  throw new RollbackError(
    'input-invalid',
    `There is no scenario '${name}': ${didYouMean(name, [...SCENARIOS.keys()])}`,
  );
}

function summary(result: DemoResult, columns: number): string {
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
  const table = rows.map(([name, value]) => fold(`  ${name.padEnd(width)}  ${value}`, columns, width + 4));
  return `\n${result.outcome}\n\n${table.join('\n')}${end}`;
}
