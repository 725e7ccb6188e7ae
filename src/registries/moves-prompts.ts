/** Webhooks of MLflow (mlflow.org/docs/latest/self-hosting/webhooks) and Langfuse (langfuse.com/docs/prompt-management). */
import * as z from 'zod';
import { pointerText } from '../playbook/pointer-name.ts';
import { inShape, instantIn } from './moves-read.ts';
import type { Move, Told } from './moves.ts';

const mlflow = z.object({ entity: z.string(), action: z.string(), timestamp: z.string().nullish(), data: z.unknown() });
const alias = z.object({
  name: z.string().min(1).max(500),
  alias: z.string().min(1).max(256),
  version: z.union([z.string(), z.number()]).transform(String).nullish(),
});
const langfuse = z.object({
  type: z.string(),
  action: z.string(),
  timestamp: z.string().nullish(),
  prompt: z
    .object({
      name: z.string().min(1).max(500),
      version: z.number().int(),
      labels: z.array(z.string().max(200)).max(200).default([]),
    })
    .optional(),
  user: z.object({ email: z.string().nullish(), name: z.string().nullish() }).nullish(),
});

export function promptMoves(kind: 'mlflow' | 'langfuse', body: unknown): Told {
  return kind === 'mlflow' ? ofMlflow(body) : ofLangfuse(body);
}

/** Setting an alias is `created`, also where it moves one that was there. */
function ofMlflow(body: unknown): Told {
  const read = inShape(mlflow, body, 'a webhook of MLflow');
  if (!read.ok) return read.told;
  const { entity, action, timestamp, data } = read.value;
  if (!/^(model_version|prompt)_alias$/.test(entity)) return { kind: 'moves', moves: [] };
  const moved = inShape(alias, data, 'an alias of MLflow');
  if (!moved.ok) return moved.told;
  const { name, alias: value, version } = moved.value;
  const pointer = pointerText('mlflow', { kind: 'model', what: 'model', name, at: { kind: 'alias', value } });
  const to = action === 'deleted' ? null : (version ?? null);
  if (pointer === null || (to === null && action !== 'deleted')) return { kind: 'moves', moves: [] };
  return { kind: 'moves', moves: [{ pointer, to, by: null, at: instantIn(timestamp) }] };
}

/** An event names a version with the labels it wears by now; labels that it lost are told by the version that got them. */
function ofLangfuse(body: unknown): Told {
  const read = inShape(langfuse, body, 'a webhook of Langfuse');
  if (!read.ok) return read.told;
  const { type, action, timestamp, prompt, user } = read.value;
  if (type !== 'prompt-version' || prompt === undefined) return { kind: 'moves', moves: [] };
  const to = action === 'deleted' ? null : String(prompt.version);
  const rest = { to, by: user?.email ?? user?.name ?? null, at: instantIn(timestamp) };
  const moves = prompt.labels.flatMap((version): Move[] => {
    const pointer = pointerText('langfuse', { kind: 'prompt', name: prompt.name, version });
    return pointer === null ? [] : [{ pointer, ...rest }];
  });
  return { kind: 'moves', moves };
}
