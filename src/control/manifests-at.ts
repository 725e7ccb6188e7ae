import type { Manifest } from '../registries/references.ts';
import type { DeploymentRepository } from '../ports.ts';

/** The text files below the paths at one revision. */
export async function manifestsAt(
  repository: Pick<DeploymentRepository, 'trees' | 'texts'>,
  paths: readonly string[],
  revision: string,
): Promise<readonly Manifest[]> {
  const files = (await repository.trees(paths, [revision])).get(revision) ?? [];
  const texts = await repository.texts(files.map(({ blob }) => blob));
  return files.flatMap(({ path, blob }) => {
    const text = texts.get(blob);
    return typeof text === 'string' ? [{ path, text }] : [];
  });
}
