import { metricSource } from '../../src/adapters/sources.ts';
import { realClock } from '../../src/adapters/clock.ts';
import { runGate } from '../../src/control/gate.ts';
import { RollbackError } from '../../src/errors.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { progressLine } from '../../src/report/gate-progress.ts';
import { isInstant } from '../../src/plan/history.ts';
import { loadPlaybook, readPlaybookFile } from '../playbook-file.ts';
import { localReferences } from '../references.ts';
import { answer, needed, option, type Call, type Command } from '../terminal.ts';

export const gate: Command = {
  usage: 'gate --service S [--environment E] [--playbook F] [--baseline-since TIME]',
  does: 'judges the canary from here until the verdict is certain; publishes nothing',
  async run(call) {
    const playbook = await loadPlaybook(option(call, 'playbook'));
    const target = targetOf(playbook, {
      service: needed(call, 'service', 'recommender'),
      environment: option(call, 'environment') ?? undefined,
    });
    const { gate: rules } = target.rules;
    if (!rules)
      throw new RollbackError(
        'playbook-invalid',
        `There is no gate for '${target.service}' in '${target.environment}'`,
        { hint: "Add 'gate:' to this environment." },
      );
    const { path } = await readPlaybookFile(option(call, 'playbook'));
    const references = await localReferences(rules, path);
    const baselineSince = instantOption(call, 'baseline-since');
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const names = new Set(rules.triggers.map((trigger) => trigger.source ?? rules.source));
    const sources = new Map(
      Object.entries(target.sources)
        .filter(([name]) => names.has(name))
        .map(([name, source]) => [name, metricSource(source, call.env)]),
    );
    const result = await runGate({
      gate: rules,
      sources,
      references,
      baselineSince,
      clock: realClock(),
      signal: stop.signal,
      onLook: (_point, soFar) => call.progress(progressLine(soFar)),
    });
    answer(call, { ...result.verdict, startedAt: result.startedAt, decidedAt: result.decidedAt }, () =>
      [
        `${result.verdict.status}: ${result.verdict.because}`,
        ...result.verdict.findings.map((finding) => `  ${finding.trigger}: ${finding.because}`),
      ].join('\n'),
    );
    return result.verdict.status === 'pass' ? 0 : 1;
  },
};

/** Epoch ms; null where the option is not given. */
function instantOption(call: Call, name: string): number | null {
  const text = option(call, name);
  if (text === null) return null;
  if (!isInstant(text))
    throw new RollbackError('input-invalid', `--${name} is '${text}', no time with a zone`, {
      hint: `Give it as --${name} 2026-11-17T14:00Z.`,
    });
  return Date.parse(text);
}
