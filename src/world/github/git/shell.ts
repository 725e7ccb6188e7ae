/**
 * Git commands through a few long-lived shells. To start a process a large one must copy its tables of memory, which takes tens of
 * milliseconds and stops everything else in it; a small shell starts one in two.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface ShellOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

interface Waiting {
  readonly resolve: (output: ShellOutput) => void;
  readonly reject: (error: Error) => void;
}

const HEADER = /^\s*(\d+)\s+(\d+)\s+(\d+)\n/;
const LONGEST_HEADER = 100;
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Where the shells put what git says, until this process ends. */
let folder: string | null = null;
let outputs = 0;

function newOutput(): string {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), 'lastgood-git-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return join(folder, String((outputs += 1)));
}

/** One shell; it answers in the order of the questions. */
export class Shell {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #output = newOutput();
  readonly #waiting: Waiting[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(environment: NodeJS.ProcessEnv) {
    this.#child = spawn('sh', [], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.unref();
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', () => this.#end());
    this.#child.on('close', () => this.#end());
    this.#hold();
  }

  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  run(directory: string, args: readonly string[], stdin: string): Promise<ShellOutput> {
    const [out, err] = [quoted(`${this.#output}.out`), quoted(`${this.#output}.err`)];
    const command = `git ${args.map(quoted).join(' ')} >${out} 2>${err}`;
    const fed = stdin === '' ? `${command} </dev/null` : `printf %s ${quoted(stdin)} | ${command}`;
    const header = `echo $code $(wc -c <${out}) $(wc -c <${err})`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#hold();
      this.#child.stdin.write(
        `: >${out}; : >${err}; (cd ${quoted(directory)} && ${fed}); code=$?; ${header}; cat ${out} ${err}\n`,
      );
    });
  }

  /** Nobody's process is kept alive by a shell that has nothing to do. */
  #hold(): void {
    for (const pipe of [this.#child.stdin, this.#child.stdout] as unknown as readonly Socket[])
      if (this.#waiting.length > 0) pipe.ref();
      else pipe.unref();
  }

  #end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error('the shell of git ended'));
  }

  #take(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const header = HEADER.exec(this.#buffer.toString('latin1', 0, LONGEST_HEADER));
      if (header === null) return;
      const [start, out, err] = [header[0].length, Number(header[2]), Number(header[3])];
      if (this.#buffer.length < start + out + err) return;
      const stdout = Buffer.from(this.#buffer.subarray(start, start + out));
      const stderr = Buffer.from(this.#buffer.subarray(start + out, start + out + err));
      this.#buffer = this.#buffer.subarray(start + out + err);
      this.#waiting.shift()?.resolve({ code: Number(header[1]), stdout, stderr });
      this.#hold();
    }
  }
}
