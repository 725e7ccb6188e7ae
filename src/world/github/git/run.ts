/**
 * One git command, with an environment that owes nothing to the machine it runs on.
 */
import { Shell } from './shell.ts';

export interface GitOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variables every git process gets: no user or system configuration, no prompt, no pager, UTC. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    // The synthetic commits of a rebase carry their own dates; nothing else asks git for an identity.
    GIT_AUTHOR_NAME: 'GitHub',
    GIT_AUTHOR_EMAIL: 'noreply@github.com',
    GIT_COMMITTER_NAME: 'GitHub',
    GIT_COMMITTER_EMAIL: 'noreply@github.com',
  };
}

const shells: Shell[] = [];

/** One that has nothing to do: a push must never wait in line before the questions that its own server asks. */
function freeShell(): Shell {
  const living = shells.filter(({ ended }) => !ended);
  const idle = living.find(({ busy }) => !busy);
  if (idle !== undefined) return idle;
  const shell = new Shell(gitEnvironment());
  shells.splice(0, shells.length, ...living, shell);
  return shell;
}

/** Runs `git <args>` in a directory and gives back its exit code and texts; only a git that cannot start rejects. */
export async function runGit(directory: string, args: readonly string[], stdin = ''): Promise<GitOutput> {
  const { code, stdout, stderr } = await freeShell().run(directory, args, stdin);
  return { code, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
}

/** `runGit` that takes any exit code but 0 for a fault of this world. */
export async function git(directory: string, args: readonly string[], stdin = ''): Promise<string> {
  const output = await runGit(directory, args, stdin);
  if (output.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${output.code}: ${output.stderr.trim()}`);
  return output.stdout;
}
