import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EVIDENCE_FOLDER } from '../src/ledger/evidence.ts';
import { LEDGER_BRANCH, LEDGER_FILE } from '../src/adapters/github/ledger-branch.ts';
import type { DeploymentRepository } from '../src/ports.ts';
import { openRemote } from './remote.ts';
import { option, textOf, type Call } from './terminal.ts';

/** A ledger, and the evidence beside it by path; null where only the ledger was given. */
export interface Books {
  readonly ledger: string;
  readonly evidence: ReadonlyMap<string, string | null> | null;
}

/** From --repo, from --folder (a checkout of the branch of the ledger), or --file (the ledger alone). */
export async function openBooks(call: Call): Promise<Books> {
  const [file, folder] = [option(call, 'file'), option(call, 'folder')];
  if (file !== null) return { ledger: await read(file), evidence: null };
  if (folder === null) return ofRemote(openRemote(call).repository);
  const names = await readdir(join(folder, EVIDENCE_FOLDER), { recursive: true, withFileTypes: true }).catch(() => []);
  const found = names
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(join(folder, '/').length), await read(path)] as const;
    });
  return { ledger: await read(join(folder, LEDGER_FILE)), evidence: new Map(await Promise.all(found)) };
}

const AT_ONCE = 50;

async function ofRemote(repository: DeploymentRepository): Promise<Books> {
  const [ledger, trees] = await Promise.all([
    repository.ledger(),
    repository.trees([EVIDENCE_FOLDER], [LEDGER_BRANCH]),
  ]);
  const files = trees.get(LEDGER_BRANCH) ?? [];
  const evidence = new Map<string, string | null>();
  for (let i = 0; i < files.length; i += AT_ONCE) {
    const some = files.slice(i, i + AT_ONCE);
    const texts = await repository.texts(some.map(({ blob }) => blob));
    for (const { path, blob } of some) evidence.set(path, texts.get(blob) ?? null);
  }
  return { ledger, evidence };
}

function read(path: string): Promise<string> {
  return textOf(path, {
    what: 'the file',
    hint: 'Name a ledger with --file, or with --folder a checkout of the branch lastgood-ledger.',
  });
}
