import type { Path } from './path.ts';

/** What is wrong at a path, before it is looked up in the text. */
export interface Doubt {
  readonly path: Path;
  /** Whether the key or its value is to be changed. */
  readonly part: 'key' | 'value';
  /** To be read after the key. */
  readonly message: string;
  readonly cure: string;
}

export function doubt(path: Path, part: Doubt['part'], message: string, cure: string): Doubt {
  return { path, part, message, cure };
}
