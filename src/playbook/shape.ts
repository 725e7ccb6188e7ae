import * as z from 'zod';
import type { Path } from './path.ts';
import { playbookSchema } from './schema.ts';

/** A JSON Schema node, as far as messages and the reference table read it. */
export interface Shape {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly prefixItems?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** The playbook as its user writes it (before units become numbers), as JSON Schema 2020-12. */
export function playbookShape(): Shape {
  cached ??= z.toJSONSchema(playbookSchema, { io: 'input' }) as Shape;
  return cached;
}

let cached: Shape | undefined;

/** The part of the shape that `path` leads to; where kinds differ, the one that `data` names. Null: no such place. */
export function shapeAt(path: Path, data: unknown): Shape | null {
  let shape: Shape | null = choose(playbookShape(), data);
  let value = data;
  for (const part of path) {
    if (shape === null) return null;
    value =
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string | number, unknown>>)[part]
        : undefined;
    const next: Shape | null =
      typeof part === 'number' ? (shape.prefixItems?.[part] ?? shape.items ?? null) : below(shape, part);
    shape = next === null ? null : choose(next, value);
  }
  return shape;
}

function below(shape: Shape, key: string): Shape | null {
  if (shape.properties !== undefined && Object.hasOwn(shape.properties, key)) return shape.properties[key] ?? null;
  return typeof shape.additionalProperties === 'object' ? shape.additionalProperties : null;
}

function choose(shape: Shape, data: unknown): Shape {
  const kind = typeof data === 'object' && data !== null && 'kind' in data ? data.kind : undefined;
  return shape.oneOf?.find((arm) => arm.properties?.['kind']?.const === kind) ?? shape;
}
