import { startTown, type Town } from '../../src/world/town.ts';
import { startBotProcess, type RunningBot } from './processes.ts';
import type { Say } from './result.ts';
import type { Scenario } from './scenario.ts';

/** The world of one scenario with the bot in it. */
export interface Stage {
  readonly town: Town;
  readonly bot: RunningBot;
  /** The bad release is out: from now on seconds are counted and the bot's log is shown. */
  startClock(): () => number;
  /** Aborted when the stage begins to close. */
  readonly ending: AbortSignal;
  /** Twice is once. */
  close(): Promise<void>;
}

const REQUESTS_PER_SECOND = 200;

/** Starts everything as real processes and servers on this machine; whatever started is stopped again when the rest fails. */
export async function openStage(scenario: Scenario, options: { seed: number; say: Say }): Promise<Stage> {
  const { say } = options;
  await scenario.needs?.();
  const town = await startTown({
    ...scenario.world,
    prometheus: true,
    rps: REQUESTS_PER_SECOND,
    seed: options.seed,
  });
  const { github, argoCd, fleet, metrics } = town;
  say(null, `world: GitHub ${github.url}, Argo CD ${argoCd.url}, service ${fleet.url}, metrics from ${metrics.kind}`);
  let released: number | null = null;
  let last = '';
  const since = (): number => (Date.now() - (released ?? Date.now())) / 1000;
  try {
    const bot = await startBotProcess(town, {
      onLine: ({ level, message, step, during }) => {
        // It looks again and again; only what is new is shown, and nothing of the doctor: a canary that is gone has no numbers.
        const isNews =
          released !== null && message !== last && during !== 'doctor' && (step !== undefined || level !== 'info');
        if (isNews) say(since(), `bot: ${message}`);
        if (isNews) last = message;
      },
    });
    say(null, `bot: a process of its own, receives signed webhooks at ${bot.url}`);
    await github.drain();
    const ending = new AbortController();
    let closing: Promise<void> | null = null;
    return {
      town,
      bot,
      startClock() {
        released = Date.now();
        return since;
      },
      ending: ending.signal,
      close() {
        ending.abort();
        return (closing ??= bot.stop().then(() => town.close()));
      },
    };
  } catch (error) {
    await town.close();
    throw error;
  }
}
