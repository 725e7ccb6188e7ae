/** Why a rollback began, in one sentence. */
import type { Cause } from '../plan/incident.ts';
import { code, inline } from './escape.ts';

/** Plain text that still needs escaping by whoever prints it. */
export function causeSentence(cause: Cause): string {
  switch (cause.kind) {
    case 'command':
      return `${cause.by} asked for it${cause.issue > 0 ? ` in ${cause.issue}` : ''}${cause.reason === null ? '' : `: ${cause.reason}`}`;
    case 'gate':
      return `the gate failed on '${cause.trigger}': ${gateSaid(cause)}`;
    case 'alert':
      return `${cause.source} raised '${cause.alert}'`;
    case 'quarantine':
      return `${cause.writer} set ${cause.value} again, which is quarantined (${cause.path})`;
  }
}

/** Markdown, with a link to the issue where it was asked for. */
export function causeMarkdown(cause: Cause): string {
  switch (cause.kind) {
    case 'command':
      return `${inline(cause.by)} asked for it${cause.issue > 0 ? ` in #${cause.issue}` : ''}${cause.reason === null ? '' : `: ${inline(cause.reason)}`}`;
    case 'gate':
      return `the gate failed on **${inline(cause.trigger)}**: ${inline(gateSaid(cause))}`;
    case 'alert':
      return `${inline(cause.source)} raised **${inline(cause.alert)}**`;
    case 'quarantine':
      return `${inline(cause.writer)} set ${code(cause.value, 200)} again, which is quarantined (${code(cause.path, 200)})`;
  }
}

/** What a gate said of the trigger that decided, without its name, which the verdict puts in front of it. */
export function gateSaid({ trigger, because }: Pick<Extract<Cause, { kind: 'gate' }>, 'trigger' | 'because'>): string {
  const name = `${trigger}: `;
  return because.startsWith(name) ? because.slice(name.length) : because;
}
