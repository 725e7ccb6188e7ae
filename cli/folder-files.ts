import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { RollbackError } from '../src/errors.ts';
import type { ManifestFile } from '../src/manifests/documents.ts';
import { textOf } from './terminal.ts';

const MOST_FILES = 20_000;
const MOST_BYTES = 1_000_000;

/** Every YAML and JSON file below a folder, named from its top. Links are not followed, `.git` and `node_modules` not entered. */
export async function manifestsBelow(folder: string): Promise<readonly ManifestFile[]> {
  const paths = await walk(folder);
  if (paths.length > MOST_FILES)
    throw new RollbackError('input-invalid', `${folder} holds ${paths.length} manifests, more than ${MOST_FILES}`, {
      hint: 'Name the folder of one team or one service.',
    });
  const files: ManifestFile[] = [];
  for (const path of paths.toSorted()) {
    if ((await stat(path)).size > MOST_BYTES) continue;
    const text = await textOf(path, { what: 'the file', hint: 'Make it readable, or name a folder without it.' });
    files.push({ path: relative(folder, path).split(sep).join('/'), text });
  }
  return files;
}

async function walk(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new RollbackError('input-invalid', `${folder} cannot be read`, {
      hint: 'Name the folder of a checkout of the deployment repository.',
      cause: error,
    });
  });
  const below = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === '.git' || entry.name === 'node_modules' ? [] : walk(path);
      return entry.isFile() && /\.(ya?ml|json)$|^Kustomization$/.test(entry.name) ? [path] : [];
    }),
  );
  return below.flat();
}
