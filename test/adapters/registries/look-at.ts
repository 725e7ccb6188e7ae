import assert from 'node:assert/strict';
import { artefacts } from '../../../src/adapters/registries/registries.ts';
import { readArtefact } from '../../../src/playbook/artefact-name.ts';
import type { Artefact } from '../../../src/playbook/artefact-name.ts';
import { registrySchema } from '../../../src/playbook/schema-registries.ts';
import type { Look } from '../../../src/registries/look.ts';

type Env = Readonly<Record<string, string>>;

/** One look at the artefact that a text names in the words of this registry. */
export function lookAt(
  config: object,
  text: string,
  env: Env,
  more: { fetch?: typeof fetch; budgetMs?: number } = {},
): Promise<Look> {
  const artefact = readArtefact(registrySchema.parse(config).kind, text);
  assert.ok(artefact, text);
  return lookAtArtefact(config, artefact, env, more);
}

export function lookAtArtefact(
  config: object,
  artefact: Artefact,
  env: Env,
  more: { fetch?: typeof fetch; budgetMs?: number } = {},
): Promise<Look> {
  const registries = { it: registrySchema.parse(config) };
  return artefacts(registries, { env, ...more }).look({ registry: 'it', artefact, label: 'it', place: null });
}
