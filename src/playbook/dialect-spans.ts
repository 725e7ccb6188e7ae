/** What lint can tell about queries in the languages of the sources that count over a span of time. */
import type { QueryText } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Source } from './schema-source.ts';
import { checkTemplate } from './template.ts';

/** Text outside quotes, for looking at words: what a user wrote in quotes is data. */
function bare(text: string): string {
  return text.replaceAll(/'[^']*'|"[^"]*"/g, "''");
}

function first(...found: readonly (readonly Doubt[])[]): readonly Doubt[] {
  return found.find((doubts) => doubts.length > 0) ?? [];
}

export function checkDatadog(query: QueryText): readonly Doubt[] {
  const example = 'sum:requests{version:{{arm}}}.as_count()';
  return first(
    checkTemplate(query, { example }),
    noWord(query, /\bby\s*\{/, 'groups into several series'),
    counts(query),
  );

  /** Without it Datadog answers with averages or rates for each second, which do not add up to a count. */
  function counts({ key, text, at }: QueryText): readonly Doubt[] {
    if (key === 'gauge' || /\.as_count\(\)|\.rollup\(\s*(sum|count)\b/.test(text)) return [];
    return [doubt(at, 'value', 'is not a count: its points would be averages or rates', 'end it with .as_count()')];
  }
}

export function checkCloudWatch(query: QueryText): readonly Doubt[] {
  const example = 'SELECT SUM(Errors) FROM SCHEMA("Shop", Version) WHERE Version = \'{{arm}}\'';
  return first(
    checkTemplate(query, { example }),
    noWord(query, /\bGROUP\s+BY\b/i, 'groups into several series'),
    counts(query),
  );

  function counts({ key, text, at }: QueryText): readonly Doubt[] {
    if (key === 'gauge') return [];
    const select = /^\s*SELECT\s+(\w+)\s*\(/i.exec(text)?.[1];
    if (select !== undefined && !['SUM', 'COUNT'].includes(select.toUpperCase()))
      return [doubt(at, 'value', `takes ${select.toUpperCase()}, which does not add up to a count`, 'write SUM(...)')];
    const search = /SEARCH\s*\((.*)\)/is.exec(text)?.[1];
    if (search !== undefined && !/['"](Sum|SampleCount)['"]/.test(search))
      return [doubt(at, 'value', 'searches for something that does not add up to a count', "search for 'Sum'")];
    return [];
  }
}

export function checkNrql(query: QueryText): readonly Doubt[] {
  const { text, at } = query;
  const example = "SELECT count(*) FROM Transaction WHERE version = '{{arm}}'";
  const shape = /^\s*(SELECT|FROM)\b/i.test(text)
    ? []
    : [doubt(at, 'value', 'does not begin with SELECT or FROM', `write it like ${example}`)];
  return first(
    checkTemplate(query, { example }),
    shape,
    noWord(query, /\b(SINCE|UNTIL)\b/i, 'names a time itself', 'leave it out; lastgood adds SINCE and UNTIL'),
    noWord(query, /\b(FACET|TIMESERIES|COMPARE\s+WITH)\b/i, 'gives several rows'),
    noRate(query),
  );

  function noRate({ key }: QueryText): readonly Doubt[] {
    return key === 'gauge'
      ? []
      : noWord(
          query,
          /\b(rate|average|percentage|percentile|latest)\s*\(/i,
          'does not add up to a count',
          'use count(*), sum(...) or filter(count(*), WHERE ...)',
        );
  }
}

export function checkInflux(query: QueryText, source: Extract<Source, { kind: 'influxdb' }>): readonly Doubt[] {
  const { text, at } = query;
  const flux = source.org !== undefined;
  const example = flux
    ? '|> range(start: {{from}}, stop: {{to}}) |> filter(fn: (r) => r.version == "{{arm}}")'
    : "WHERE time >= {{from}} AND time < {{to}} AND version = '{{arm}}'";
  const quoted = /["']\{\{(from|to)\}\}["']/.test(text)
    ? [doubt(at, 'value', 'has quotes around a time', 'write {{from}} and {{to}} without quotes')]
    : [];
  const language = (): readonly Doubt[] => {
    if (flux && !/\|>\s*range\s*\(/.test(text))
      return [doubt(at, 'value', 'is not Flux with a range', `write ${example}`)];
    if (!flux && !/^\s*(SELECT|WITH)\b/i.test(text))
      return [doubt(at, 'value', 'is not SQL', `write SELECT ... ${example}`)];
    return [];
  };
  return first(checkTemplate(query, { required: ['from', 'to'], example }), quoted, language());
}

export function checkGraphite(query: QueryText): readonly Doubt[] {
  const { key, text, at } = query;
  const brackets = (which: RegExp): number => bare(text).match(which)?.length ?? 0;
  const balanced = brackets(/\(/g) === brackets(/\)/g);
  const example = 'sumSeries(stats.counters.web.{{arm}}.errors.count)';
  return first(
    checkTemplate(query, { example }),
    balanced ? [] : [doubt(at, 'value', 'has brackets that do not match', 'close each ( with a )')],
    key === 'gauge'
      ? []
      : noWord(
          query,
          /\b(scaleToSeconds|perSecond|movingAverage|averageSeries|summarize|integral|cumulative)\s*\(/,
          'does not give the count of each point',
          'write the counts as they are stored; lastgood adds them up',
        ),
  );
}

function noWord({ text, at }: QueryText, word: RegExp, why: string, cure = 'ask for one series'): readonly Doubt[] {
  const found = word.exec(bare(text))?.[0];
  return found === undefined ? [] : [doubt(at, 'value', `has '${found.trim()}' and ${why}`, cure)];
}
