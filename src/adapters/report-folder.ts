import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollbackError } from '../errors.ts';

/** Writes the files of one report; files of the same name are replaced. Throws input-invalid where the folder cannot be written. */
export async function writeReport(
  folder: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await Promise.all(files.map(({ name, text }) => writeFile(join(folder, name), text)));
  } catch (cause) {
    throw new RollbackError('input-invalid', `The report cannot be written to ${folder}`, {
      cause,
      hint: 'Name a folder that can be written to.',
    });
  }
}
