/** A deployment repository as large companies have one, made by one `git fast-import`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface LargeHistory {
  readonly services: number;
  readonly filesEach: number;
  /** Beside the first, which adds every file. */
  readonly commits: number;
}

export const serviceName = (i: number): string => `svc-${i}`;
/** In teams, so that no folder is long: git writes every folder above a change anew. */
export const folderOf = (i: number): string => `apps/team-${i % 45}/${serviceName(i)}`;
const pathOf = (service: number, file: number): string => `${folderOf(service)}/file-${file}.yaml`;

function manifest(service: number, file: number, version: number): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${serviceName(service)}-${file}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: registry.example/${serviceName(service)}:1.${version}.0\n`;
}

/** Adds the files in one commit, then changes one file in each of the others, service by service, a minute apart. */
function* commands(branch: string, size: LargeHistory, end: number): Generator<string> {
  const { services, filesEach, commits } = size;
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const head = (i: number, message: string): string =>
    `commit refs/heads/${branch}\ncommitter mona <mona@example.com> ${end - (commits - i) * 60} +0000\n${data(message)}`;
  yield `${head(0, 'Add every service')}from refs/heads/${branch}^0\n`;
  for (let service = 0; service < services; service += 1)
    for (let file = 0; file < filesEach; file += 1)
      yield `M 100644 inline ${pathOf(service, file)}\n${data(manifest(service, file, 0))}`;
  yield '\n';
  for (let i = 1; i <= commits; i += 1) {
    const [service, round] = [i % services, Math.floor(i / services)];
    yield `${head(i, `Release ${serviceName(service)} 1.${round + 1}.0`)}M 100644 inline ${pathOf(service, round % filesEach)}\n${data(manifest(service, round % filesEach, round + 1))}\n`;
  }
}

/** `end`: Unix time of the last commit. The branch must exist; it is moved on. */
export async function importHistory(directory: string, branch: string, size: LargeHistory, end: number): Promise<void> {
  const importer = spawn('git', ['-c', 'core.compression=1', 'fast-import', '--quiet', '--depth=5'], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  for (const text of commands(branch, size, end)) if (!importer.stdin.write(text)) await once(importer.stdin, 'drain');
  importer.stdin.end();
  const [code] = (await once(importer, 'close')) as [number | null];
  if (code !== 0) throw new Error(`git fast-import ended with ${code ?? 'a signal'}`);
  // As GitHub and every maintained clone has it: without one, each question about a path walks all commits.
  const graph = spawn('git', ['commit-graph', 'write', '--reachable', '--changed-paths'], { cwd: directory });
  await once(graph, 'close');
}
