/** Moves pointers of the registries of a playbook. Each request is sent once: whoever wants to know what became of it looks again. */
import type { Registries } from '../../playbook/schema.ts';
import type { Movers } from '../../ports.ts';
import { request } from '../http.ts';
import type { Fetch } from '../http.ts';
import { guardedFetch, inwardPolicy } from '../http-guard.ts';
import { jsonOf, refusal } from './ask.ts';
import { moveRequest } from './moves.ts';
import { MissingSecret, secretsIn, signedIn } from './secrets.ts';
import type { Env } from './secrets.ts';

interface Outside {
  readonly env: Env;
  readonly fetch?: Fetch;
}

/** Nobody waits for a move: the revert is merged by then. */
const TIMEOUT_MS = 10_000;

export function movers(registries: Registries, { env, fetch = guardedFetch(inwardPolicy(env)) }: Outside): Movers {
  const registryOf = (name: string) => (Object.hasOwn(registries, name) ? registries[name] : undefined);
  return {
    async prepare({ registry: name, artefact }, to) {
      const registry = registryOf(name);
      if (registry === undefined) return { kind: 'refused', because: `the playbook has no registry ${name}` };
      const until = performance.now() + TIMEOUT_MS;
      try {
        const headers = signedIn(registry, secretsIn(env));
        const asking = { fetch, left: () => until - performance.now() };
        return await moveRequest(registry, artefact, to, { asking, headers });
      } catch (error) {
        return { kind: 'refused', because: wordsOf(error) };
      }
    },
    async send({ registry: name }, { method, url, headers, body }) {
      const registry = registryOf(name);
      if (registry === undefined) return { kind: 'refused', because: `the playbook has no registry ${name}` };
      try {
        const signed = { ...headers, ...signedIn(registry, secretsIn(env)), accept: 'application/json' };
        const wire = { url, method, headers: signed, body, timeoutMs: TIMEOUT_MS, maxBytes: 1_000_000 };
        const answer = await request(fetch, wire);
        if (answer.kind !== 'answer') return { kind: 'unsure', because: answer.detail };
        if (answer.status >= 200 && answer.status < 300) return { kind: 'sent' };
        const because = `${refusal(answer.status, url)}${messageIn(answer.text)}`;
        return { kind: answer.status >= 500 ? 'unsure' : 'refused', because };
      } catch (error) {
        return { kind: 'refused', because: wordsOf(error) };
      }
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof MissingSecret ? error.message : 'the request could not be made; this is a fault in lastgood';
}

/** Why the API refused, in its own words where it has some. */
function messageIn(text: string): string {
  const json = jsonOf(text);
  if (typeof json !== 'object' || json === null || !('message' in json) || typeof json.message !== 'string') return '';
  return ` ("${json.message.slice(0, 200)}")`;
}
