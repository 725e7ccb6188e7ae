import { exchangeManifestCode } from '../src/adapters/github/app-manifest.ts';
import type { Log } from '../src/control/doors.ts';
import { listen } from './listen.ts';
import { createSetup } from './setup.ts';
import type { SetupConfig } from './setup-config.ts';

/** The bot while it has no App: the setup, and probes that say that it lives and is not ready. */
export async function startSetup(
  config: SetupConfig,
  log: Log,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const setup = createSetup({ config, log, exchange: (code) => exchangeManifestCode(config.apiUrl, code) });
  const { url, close } = await listen(config.port, (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const say = (status: number, text: string): void =>
      void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    if (path === '/healthz') say(200, 'ok');
    else if (path === '/readyz') say(503, 'the bot has no App yet: open /setup');
    else if (path === '/setup' || path === '/setup/done')
      void setup(request, response).catch(() => (response.headersSent ? response.end() : say(500, 'That failed')));
    else say(404, 'There is nothing here');
  });
  log('info', `no App yet: open ${config.publicUrl}/setup`, { url });
  return { url, stop: () => close(0) };
}
