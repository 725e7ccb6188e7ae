/** Shell of the Action: inputs in, one ending out. Every decision is made elsewhere. */
import * as core from '@actions/core';
import { apiUrl } from '../src/adapters/github/client.ts';
import { realClock } from '../src/adapters/clock.ts';
import { RollbackError } from '../src/errors.ts';
import { logLine } from '../src/report/escape.ts';
import { asRollbackError, errorEnding, type Ending } from './ending.ts';
import { gateMode } from './gate-mode.ts';
import { openGitHub, type Place } from './github.ts';
import { readInputs, writeOutputs, writeSummary, type Inputs } from './inputs.ts';
import { lintMode } from './lint-mode.ts';

const env = process.env;
const cancelled = new AbortController();
// The runner says SIGINT, then SIGTERM, then kills: there are seconds to say that nothing was decided.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancelled.abort());

async function end(): Promise<Ending> {
  let mode: Inputs['mode'] | null = null;
  try {
    const inputs = readInputs();
    mode = inputs.mode;
    if (inputs.mode === 'lint') return await lintMode(inputs.playbook, env['GITHUB_WORKSPACE'] ?? process.cwd());
    const place = placeOf(env['GITHUB_REPOSITORY'] ?? '');
    const clock = realClock();
    return await gateMode({
      inputs,
      env,
      clock,
      github: openGitHub({ token: inputs.token, apiUrl: apiUrl(env), place, clock }),
      signal: cancelled.signal,
      detailsUrl: detailsUrl(place),
      info: core.info,
      hide: core.setSecret,
    });
  } catch (error) {
    return errorEnding(asRollbackError(error), mode);
  }
}

async function tell({ result, checkRunUrl, summary, annotations, exitCode, report }: Ending): Promise<void> {
  core.info(logLine(`${result.decision} (${result.reason_code}): ${result.because}`));
  for (const { level, message, title, file, line, column } of annotations) {
    const properties = {
      title,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { startLine: line }),
    };
    core[level](message, { ...properties, ...(column === undefined ? {} : { startColumn: column }) });
  }
  writeOutputs({
    decision: result.decision,
    reason_code: result.reason_code,
    result: JSON.stringify({ ...result, check_run_url: checkRunUrl }),
    'check-run-url': checkRunUrl,
    report: report ?? '',
  });
  process.exitCode = exitCode;
  await writeSummary(summary);
}

function placeOf(repository: string): Place {
  const [owner, repo, rest] = repository.split('/');
  if (owner === undefined || owner === '' || repo === undefined || repo === '' || rest !== undefined)
    throw new RollbackError('input-invalid', `GITHUB_REPOSITORY is '${repository}', not owner/name.`, {
      hint: 'Run this as an action of a workflow.',
    });
  return { owner, repo };
}

function detailsUrl({ owner, repo }: Place): string | null {
  const [server, run] = [env['GITHUB_SERVER_URL'], env['GITHUB_RUN_ID']];
  return server === undefined || run === undefined ? null : `${server}/${owner}/${repo}/actions/runs/${run}`;
}

await tell(await end());
// A timer of an abandoned wait must not keep a cancelled job alive.
process.exit();
