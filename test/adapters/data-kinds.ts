/** The rows of `never-a-pass.test.ts` for sources of evaluation data. */
import { askedIn, json } from './source-kinds.ts';
import type { Asked, Kind, Numbers } from './source-kinds.ts';

/** JSON has no NaN and no infinity, so servers write them as text. */
function cell(asked: Asked, numbers: Numbers): string {
  const value = numbers.value(asked);
  return value === null || /^-?[0-9.e]+$/.test(value) ? String(value) : JSON.stringify(value);
}

const jsonApi: Kind = {
  source: {
    kind: 'json',
    url: 'https://evals.example/v1/{{arm}}?from={{from}}&to={{to}}',
    counts: 'span',
    times: 'ms',
    time: 'at',
    auth: { bearer: 'EVALS_TOKEN' },
  },
  env: { EVALS_TOKEN: 'evals-secret' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: 'counts[name=errors].n',
  total: 'counts[name=requests].n',
  gauge: 'load',
  tellsAge: true,
  restarts: false,
  answer: ({ url }, numbers) => {
    const { pathname, searchParams } = new URL(url);
    const of = (name: string): Asked =>
      askedIn(`${name} ${pathname}`, Number(searchParams.get('from')), Number(searchParams.get('to')));
    const counts = ['errors', 'requests'].filter((name) => !numbers.absent(of(name)));
    const cells = counts.map((name) => `{"name":"${name}","n":${cell(of(name), numbers)}}`);
    return json(`{"at":${numbers.at(of('requests'))},"counts":[${cells.join(',')}]}`);
  },
  refusal: () => json('{"message":"no such evaluation"}', 404),
};

const langfuse: Kind = {
  source: { kind: 'langfuse', settle: '1m' },
  env: { LANGFUSE_PUBLIC_KEY: 'pk-lf-public', LANGFUSE_SECRET_KEY: 'sk-lf-secret' },
  arms: { canary: 'release=canary', baseline: 'release=stable' },
  bad: 'score errors > 0',
  total: 'score requests',
  gauge: 'avg score load',
  tellsAge: false,
  restarts: false,
  answer: ({ url }, numbers) => {
    const text = new URL(url).searchParams.get('query') ?? '';
    const query = JSON.parse(text) as { fromTimestamp: string; toTimestamp: string };
    const asked = askedIn(text, Date.parse(query.fromTimestamp), Date.parse(query.toTimestamp));
    return json(numbers.absent(asked) ? '{"data":[]}' : `{"data":[{"count_count":${cell(asked, numbers)}}]}`);
  },
  refusal: () => json('{"error":"InvalidRequestError","message":"Invalid filter"}', 400),
};

const mlflow: Kind = {
  source: { kind: 'mlflow', url: 'https://mlflow.example', auth: { bearer: 'MLFLOW_TRACKING_TOKEN' } },
  env: { MLFLOW_TRACKING_TOKEN: 'mlflow-secret' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: 'errors',
  total: 'requests',
  gauge: 'load',
  tellsAge: true,
  restarts: false,
  answer: ({ url }, numbers, now) => {
    const metrics = ['errors', 'requests'].flatMap((key) => {
      const asked = askedIn(`${key} ${url}`, 0, now);
      if (numbers.absent(asked)) return [];
      return [`{"key":"${key}","value":${cell(asked, numbers)},"timestamp":"${numbers.at(asked)}","step":"0"}`];
    });
    return json(`{"run":{"info":{"run_id":"r"},"data":{"metrics":[${metrics.join(',')}]}}}`);
  },
  refusal: () => json('{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Run not found"}', 404),
};

export const DATA_KINDS = { json: jsonApi, langfuse, mlflow } as const;
