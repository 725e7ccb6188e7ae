/**
 * One git process, with an environment that owes nothing to the machine it runs on.
 */
import { spawn } from 'node:child_process';

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

/** Runs `git <args>` in a directory and gives back its exit code and texts; only a git that cannot start rejects. */
export function runGit(directory: string, args: readonly string[], stdin = ''): Promise<GitOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...args], { cwd: directory, env: gitEnvironment(), stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A git that refuses early closes its input first; the exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      }),
    );
    child.stdin.end(stdin);
  });
}

/** `runGit` that takes any exit code but 0 for a fault of this world. */
export async function git(directory: string, args: readonly string[], stdin = ''): Promise<string> {
  const output = await runGit(directory, args, stdin);
  if (output.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${output.code}: ${output.stderr.trim()}`);
  return output.stdout;
}
