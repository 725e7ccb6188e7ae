import { demo } from './demo/command.ts';
import { artefacts } from './commands/artefacts.ts';
import { calibrate } from './commands/calibrate.ts';
import { doctor } from './commands/doctor.ts';
import { gate } from './commands/gate.ts';
import { history } from './commands/history.ts';
import { init } from './commands/init.ts';
import { judge } from './commands/judge.ts';
import { ledger } from './commands/ledger.ts';
import { lint } from './commands/lint.ts';
import { migrations } from './commands/migrations.ts';
import { plan } from './commands/plan.ts';
import { planGate } from './commands/plan-gate.ts';
import { replay } from './commands/replay.ts';
import { ready } from './commands/ready.ts';
import { repoint } from './commands/repoint.ts';
import { whatran } from './commands/whatran.ts';
import { world } from './commands/world.ts';
import type { Command } from './terminal.ts';

/** Every command by name: the dispatcher, the help text and the docs read this table. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  init,
  lint,
  gate,
  'plan-gate': planGate,
  replay,
  calibrate,
  plan,
  history,
  whatran,
  artefacts,
  ready,
  repoint,
  ledger,
  doctor,
  migrations,
  judge,
  demo,
  world,
};
