import { memoryQueue } from '../src/adapters/queue/memory.ts';
import { postgresQueue } from '../src/adapters/queue/postgres.ts';
import type { OnFailure, Queue } from '../src/adapters/queue/queue.ts';
import type { Log } from '../src/control/doors.ts';
import { RollbackError, messageOf } from '../src/errors.ts';
import type { Config } from './config.ts';
import type { Errand } from './errand.ts';
import type { Meters } from './meters.ts';

interface Parts {
  readonly config: Pick<Config, 'databaseUrl'>;
  readonly log: Log;
  readonly meters: Pick<Meters, 'failed'>;
  /** Told of what is not tried again. */
  readonly gaveUp: (errand: Errand, error: unknown) => void;
}

/** The queue that the configuration asks for. Every failure of a task is logged with its cure, and counted. */
export function openQueue({ config, log, meters, gaveUp }: Parts): Promise<Queue<Errand>> {
  const onFailure: OnFailure<Errand> = (task, error, after) => {
    meters.failed(task.work.kind, after);
    if (after.kind === 'dead') gaveUp(task.work, error);
    const known = error instanceof RollbackError ? error : null;
    log(known?.retryable ? 'warn' : 'error', messageOf(error), {
      lane: task.lane,
      errand: task.work.kind,
      code: known?.code ?? 'internal',
      hint: known?.hint ?? null,
      then: after.kind === 'again' ? `again in ${after.delayMs} ms` : 'given up; the sweep looks again',
    });
  };
  if (config.databaseUrl === null) return Promise.resolve(memoryQueue({ onFailure }));
  return postgresQueue({
    url: config.databaseUrl,
    onFailure,
    onTrouble: (message) => log('warn', message, { during: 'queue' }),
  });
}
