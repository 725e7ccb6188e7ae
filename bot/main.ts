import { createServer } from 'node:http';
import { createNodeMiddleware, Probot } from 'probot';
import { RollbackError } from '../src/errors.ts';
import { webhooks } from './app.ts';
import { readConfig } from './config.ts';
import { createHouse } from './house.ts';
import { createLog } from './log.ts';
import { createPorter } from './porter.ts';
import { alertsRoute } from './routes.ts';

/** Starts the bot and resolves with a function that stops it once everything under way has reached GitHub. */
export async function startBot(env: NodeJS.ProcessEnv): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const config = readConfig(env);
  const log = createLog();
  const house = createHouse(config, env, log);
  const porter = createPorter(house, log);
  const probot = new Probot({
    appId: config.appId,
    privateKey: config.privateKey,
    secret: config.webhookSecret,
    logLevel: 'fatal',
  });
  const webhookRoute = await createNodeMiddleware(webhooks(porter), { probot, webhooksPath: '/api/github/webhooks' });
  const alerts = alertsRoute({ house, porter, token: config.alertsToken });

  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/healthz') response.writeHead(200).end('ok\n');
    else if (path === '/alerts') void alerts(request, response);
    else void webhookRoute(request, response);
  });
  await new Promise<void>((resolve) => server.listen(config.port, resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : config.port}`;

  let sweeping = false;
  const sweep = async (): Promise<void> => {
    if (sweeping) return;
    sweeping = true;
    await porter
      .sweep()
      .catch((error: unknown) =>
        log('warn', error instanceof Error ? error.message : String(error), { during: 'sweep' }),
      );
    sweeping = false;
  };
  void sweep();
  const timer = setInterval(() => void sweep(), config.sweepMs);
  log('info', `listening on ${url}`, { url });

  return {
    url,
    async stop() {
      clearInterval(timer);
      await new Promise((resolve) => server.close(resolve));
      await porter.drain();
    },
  };
}

if (import.meta.main) {
  try {
    const bot = await startBot(process.env);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void bot.stop().then(() => process.exit(0)));
  } catch (error) {
    const words = error instanceof RollbackError ? `${error.message}\n${error.hint}` : String(error);
    process.stderr.write(`${words}\n`);
    process.exitCode = 1;
  }
}
