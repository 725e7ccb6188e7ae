import type { Scenario } from './scenario.ts';
import { blueGreen } from './scenarios/blue-green.ts';
import { fallback } from './scenarios/fallback.ts';
import { flag } from './scenarios/flag.ts';
import { migration } from './scenarios/migration.ts';
import { model } from './scenarios/model.ts';
import { prompt } from './scenarios/prompt.ts';
import { badSync, conflict, errors, latency, notRecovered } from './scenarios/rollout.ts';

/** By the name that the command line takes; `errors` is the one it plays without a name. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  [errors, latency, badSync, conflict, notRecovered, model, prompt, flag, fallback, blueGreen, migration].map(
    (scenario) => [scenario.name, scenario],
  ),
);
