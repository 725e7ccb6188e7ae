/** Keys and list indexes from the top of the playbook down to one value. */
export type Path = readonly (string | number)[];

/** `services.rec.environments.prod.gate.triggers[0].if` */
export function printPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** One string for each path, whatever characters its keys hold: for maps and sets. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** The path of a zod issue; symbols never come out of YAML. */
export function asPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}
