/** Mode lint: the playbook of the checkout, every fault at its line. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollbackError } from '../src/errors.ts';
import { formatFault, playbookError, type Fault } from '../src/playbook/faults.ts';
import { parsePlaybook } from '../src/playbook/parse.ts';
import { logLine } from '../src/report/escape.ts';
import { lintSummary } from '../src/report/lint.ts';
import { errorEnding, type Ending } from './ending.ts';

const PLAYBOOKS = ['lastgood.yml', '.github/lastgood.yml'] as const;

/** `workspace` is the checkout. Throws playbook-missing. */
export async function lintMode(path: string | null, workspace: string): Promise<Ending> {
  const { file, text } = await readPlaybook(path === null ? PLAYBOOKS : [path], workspace);
  // The grammar of PromQL takes time to load, and a gate has no use for it.
  const { readPromql } = await import('../src/adapters/promql.ts');
  const parsed = parsePlaybook(text, file, { promql: readPromql });
  if (!parsed.ok) {
    const annotations = parsed.faults.slice(0, 50).map((fault) => annotationOf(fault, 'error'));
    return {
      ...errorEnding(playbookError(parsed.faults), 'lint'),
      summary: lintSummary(file, parsed.faults.map(formatFault), []),
      annotations,
    };
  }
  const warnings = parsed.warnings.map((fault) => annotationOf(fault, 'warning'));
  const because = `${file} has no faults`;
  return {
    result: { version: 1, mode: 'lint', decision: 'pass', reason_code: 'playbook-valid', because },
    checkRunUrl: '',
    summary: lintSummary(file, [], parsed.warnings.map(formatFault)),
    annotations: warnings,
    exitCode: 0,
  };
}

async function readPlaybook(
  paths: readonly string[],
  workspace: string,
): Promise<{ readonly file: string; readonly text: string }> {
  for (const file of paths) {
    try {
      return { file, text: await readFile(join(workspace, file), 'utf8') };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw new RollbackError('playbook-missing', `${file} of the checkout cannot be read.`, { cause: error });
    }
  }
  throw new RollbackError('playbook-missing', `There is no ${paths.join(' or ')} in the checkout.`, {
    hint: 'Run actions/checkout before mode lint, or correct the input `playbook`.',
  });
}

function annotationOf(fault: Fault, level: 'error' | 'warning'): Ending['annotations'][number] {
  return {
    level,
    title: 'lastgood.yml',
    message: logLine(formatFault(fault)),
    file: fault.file,
    line: fault.line,
    column: fault.column,
  };
}
