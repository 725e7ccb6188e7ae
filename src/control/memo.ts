/** What a process remembers of many things: the newest of them, because it may live for months. What it forgets it can read again. */
export interface Memo<V> {
  /** Undefined: not known, or forgotten. What is asked for counts as new. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  values(): readonly V[];
}

export function createMemo<V>(most: number): Memo<V> {
  // A Map keeps the order in which keys were put in: the first one is the oldest.
  const known = new Map<string, V>();
  const put = (key: string, value: V): void => {
    known.delete(key);
    known.set(key, value);
  };
  return {
    get(key) {
      const value = known.get(key);
      if (value !== undefined) put(key, value);
      return value;
    },
    set(key, value) {
      put(key, value);
      for (const oldest of known.keys()) if (known.size > most) known.delete(oldest);
    },
    delete: (key) => void known.delete(key),
    values: () => [...known.values()],
  };
}

/** Incidents of one repository that a process remembers; far more than are ever under way at once. */
export const MOST_INCIDENTS = 1_000;
/** Facts of one repository, about ten for each incident. */
export const MOST_FACTS = 10_000;
