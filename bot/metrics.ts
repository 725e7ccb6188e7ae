/** What the bot counts, as Prometheus reads it (text format 0.0.4). Label values come from closed sets, so the series are bounded. */

type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

export interface Histogram {
  observe(value: number): void;
}

export interface Registry {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** `edges`: upper bounds, rising. */
  histogram(name: string, help: string, edges: readonly number[]): Histogram;
  render(): string;
}

/** More than this many series of one name means that a label is not bounded: they are counted together. */
const MOST_SERIES = 200;

export function createRegistry(): Registry {
  const families: { readonly name: string; readonly head: string; readonly lines: () => string[] }[] = [];

  function family(name: string, type: string, help: string, lines: () => string[]): void {
    if (families.some((known) => known.name === name)) throw new TypeError(`metric '${name}' is defined twice`);
    families.push({
      name,
      head: `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, ' ')}\n# TYPE ${name} ${type}`,
      lines,
    });
  }

  function values(name: string, type: 'counter' | 'gauge', help: string) {
    const series = new Map<string, number>();
    family(name, type, help, () => Array.from(series, ([labels, value]) => `${name}${labels} ${shown(value)}`));
    const keyOf = (labels: Labels): string => {
      const key = printed(labels);
      if (series.has(key) || series.size < MOST_SERIES) return key;
      return printed(Object.fromEntries(Object.keys(labels).map((label) => [label, 'other'])));
    };
    return { series, keyOf };
  }

  return {
    counter(name, help) {
      const { series, keyOf } = values(name, 'counter', help);
      return {
        add(labels = {}, by = 1) {
          const key = keyOf(labels);
          series.set(key, (series.get(key) ?? 0) + by);
        },
      };
    },
    gauge(name, help) {
      const { series, keyOf } = values(name, 'gauge', help);
      return { set: (value, labels = {}) => void series.set(keyOf(labels), value) };
    },
    histogram(name, help, edges) {
      const counts = edges.map(() => 0);
      let [sum, count] = [0, 0];
      family(name, 'histogram', help, () => [
        ...edges.map((edge, i) => `${name}_bucket{le="${edge}"} ${counts[i] ?? 0}`),
        `${name}_bucket{le="+Inf"} ${count}`,
        `${name}_sum ${shown(sum)}`,
        `${name}_count ${count}`,
      ]);
      return {
        observe(value) {
          sum += value;
          count += 1;
          for (const [i, edge] of edges.entries()) if (value <= edge) counts[i] = (counts[i] ?? 0) + 1;
        },
      };
    },
    render: () => `${families.map(({ head, lines }) => [head, ...lines()].join('\n')).join('\n')}\n`,
  };
}

function printed(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
}
