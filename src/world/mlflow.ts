import { listen } from './listen.ts';

/** A model version as MLflow keeps it. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly status: 'READY' | 'PENDING_REGISTRATION' | 'FAILED_REGISTRATION';
}

/** A model registry that answers what is asked before a rollback, in MLflow's words. */
export interface MlflowWorld {
  readonly url: string;
  /** Every `name/version` that was asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Made this long ago, so that an age can be told. */
const AGE_MS = 20 * 86_400_000;

export async function startMlflow(versions: readonly ModelVersion[]): Promise<MlflowWorld> {
  const asked: string[] = [];
  const server = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mlflow');
    const [name, version] = [url.searchParams.get('name') ?? '', url.searchParams.get('version') ?? ''];
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (url.pathname !== '/api/2.0/mlflow/model-versions/get') {
      reply(404, { error_code: 'ENDPOINT_NOT_FOUND', message: `no ${url.pathname}` });
      return;
    }
    asked.push(`${name}/${version}`);
    const found = versions.find((known) => known.name === name && known.version === version);
    if (found === undefined) {
      const message = `Model Version (name=${name}, version=${version}) not found`;
      reply(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message });
      return;
    }
    const made = Date.now() - AGE_MS;
    const source = `mlflow-artifacts:/models/${name}/${version}`;
    reply(200, {
      model_version: { ...found, creation_timestamp: made, last_updated_timestamp: made, source, aliases: [] },
    });
  });
  return { url: server.url, asked, close: () => server.close() };
}
