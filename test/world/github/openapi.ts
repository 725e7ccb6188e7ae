/**
 * Holds every call to GitHub, and every answer of the local one, against GitHub's own published description.
 */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { isRecord, record } from '../../../src/world/github/http/input.ts';
import type { Exchange } from '../../../src/world/github/options.ts';

type Json = Readonly<Record<string, unknown>>;

const FILE = new URL('../../fixtures/github-openapi-subset.json', import.meta.url);

/** Routes that are real but not in the subset, and what they answer like. */
const SAME_AS: Readonly<Record<string, string | null>> = {
  '/repos/{owner}/{repo}/installation': '/app/installations/{installation_id}',
  '/repos/{owner}/{repo}/comments/{comment_id}/reactions':
    '/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions',
  '/repos/{owner}/{repo}/comments/{comment_id}/reactions/{reaction_id}':
    '/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions/{reaction_id}',
  '/repos/{owner}/{repo}/branches': null,
  '/repos/{owner}/{repo}/contents': null,
  '/repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule': null,
  '/graphql': null,
};

/** Where the description cannot be meant: it wants every account to be a person and an enterprise at once. */
const CORRECTED: Readonly<Record<string, string>> = { 'GET /app/installations': '#/corrected/installations' };
const CORRECTIONS = { installations: { type: 'array', items: { $ref: '#/components/schemas/installation' } } };

/** Keys that say nothing about shape, and that ajv would read as schemas. */
const DOCUMENTATION: ReadonlySet<string> = new Set(['example', 'examples', 'discriminator']);

/** OpenAPI 3.0 says `nullable` where JSON Schema says a type of null; ajv understands the former only beside a type. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (!isRecord(value)) return value;
  const { nullable, ...rest } = value;
  const kept = Object.entries(rest).filter(([key]) => !DOCUMENTATION.has(key));
  // GitHub says `oneOf` of shapes that include each other, such as the two errors of a conflict.
  const name = (key: string): string => (key === 'oneOf' && Array.isArray(rest[key]) ? 'anyOf' : key);
  const schema = Object.fromEntries(kept.map(([key, inner]) => [name(key), toJsonSchema(inner)]));
  return nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

function decode(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

export type Checker = (exchange: Exchange) => readonly string[];

/** Answers the faults of an exchange, none when it keeps to the description. Status 0 and 5xx are nobody's promise. */
export function openApiChecker(): Checker {
  const description = record(toJsonSchema(JSON.parse(readFileSync(FILE, 'utf8'))));
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: true,
    logger: false,
    inlineRefs: false,
    code: { optimize: false },
  });
  for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, format);
  // GitHub itself answers "" where its description promises a URI, such as a deployment status without a log.
  ajv.addFormat('uri', (text: string) => text === '' || URL.canParse(text.replace(/[{}]/g, '')));
  // A bot's address holds brackets, which the format does not know.
  ajv.addFormat('email', (text: string) => text.includes('@'));
  ajv.addSchema({ $id: 'github', ...description, corrected: CORRECTIONS });
  const compiled = new Map<string, ValidateFunction>();

  const at = (pointer: string): unknown =>
    pointer
      .slice(2)
      .split('/')
      .reduce<unknown>((value, segment) => record(value)[decode(segment)], description);
  const follow = (value: unknown, pointer: string): readonly [Json, string] => {
    const ref = record(value)['$ref'];
    return typeof ref === 'string' ? follow(at(ref), ref) : [record(value), pointer];
  };
  const check = (pointer: string, value: unknown, what: string): readonly string[] => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `github${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .slice(0, 8)
      .map(({ instancePath, message }) => `${what}${instancePath} ${message ?? ''}`);
  };
  const content = (value: unknown, pointer: string, body: unknown, what: string): readonly string[] => {
    const [described, place] = follow(value, pointer);
    const kinds = Object.keys(record(described['content']));
    if (kinds.length === 0) return body === undefined ? [] : [`${what} should have no body`];
    // An answer in one of several media types may keep to any one of them.
    const tries = kinds.map((kind) => check(`${place}/content/${kind.replaceAll('/', '~1')}/schema`, body, what));
    return tries.find((faults) => faults.length === 0) ?? tries[0] ?? [];
  };

  return ({ method, route, status, requestBody, responseBody }) => {
    const place = `${method} ${route ?? '?'} -> ${status}:`;
    if (status === 0 || status >= 500) return [];
    if (route === null) return status === 404 ? [] : [`${place} no such route`];
    const template = SAME_AS[route] === undefined ? route : SAME_AS[route];
    if (template === null) return [];
    const operation = `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`;
    const described = at(operation);
    if (!isRecord(described)) return [`${place} not in GitHub's description`];
    const asks = status < 400 && isRecord(described['requestBody']);
    const sent = asks
      ? content(described['requestBody'], `${operation}/requestBody`, requestBody, `${place} request`)
      : [];
    const answers = record(described['responses']);
    const answer = answers[String(status)];
    const corrected = CORRECTED[`${method} ${template}`];
    if (status === 200 && corrected !== undefined)
      return [...sent, ...check(corrected, responseBody, `${place} answer`)];
    // Some refusals are described without the body that all of them have.
    const bare = status >= 400 && isRecord(answer) && answer['$ref'] === undefined && answer['content'] === undefined;
    if (answer !== undefined && !bare)
      return [...sent, ...content(answer, `${operation}/responses/${status}`, responseBody, `${place} answer`)];
    // The description leaves out many refusals; they all look alike.
    if (status >= 400) return [...sent, ...check('#/components/schemas/basic-error', responseBody, `${place} answer`)];
    return [...sent, `${place} GitHub never answers this status here`];
  };
}
