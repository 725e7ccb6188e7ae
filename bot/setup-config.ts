import { webUrl } from '../src/adapters/github/client.ts';
import { RollbackError } from '../src/errors.ts';
import { readApi, readPort } from './config.ts';

/** A bot without an App yet: what it needs to let somebody create one from the browser. */
export interface SetupConfig {
  /** Whoever knows it may create the App. */
  readonly token: string;
  /** Where GitHub and the browser reach this bot, without a slash at the end. */
  readonly publicUrl: string;
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly port: number;
  /** File that the credentials are written to instead of being shown; null: they are shown once. */
  readonly file: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;

const CONFIGURED = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'] as const;

/** Null unless `SETUP_TOKEN` is set and nothing of an App is: a bot that has one never makes another. All faults at once. */
export function readSetup(env: Env): SetupConfig | null {
  const token = env['SETUP_TOKEN'] ?? '';
  if (token === '' || CONFIGURED.some((name) => (env[name] ?? '') !== '')) return null;
  const faults: string[] = [];
  if (token.length < 20) faults.push('SETUP_TOKEN must have at least 20 characters');
  const publicUrl = (env['PUBLIC_URL'] ?? '').replace(/\/+$/, '');
  if (!isPublic(publicUrl))
    faults.push(
      `PUBLIC_URL must be the https address at which GitHub reaches the bot (got '${env['PUBLIC_URL'] ?? ''}')`,
    );
  const port = readPort(env, faults);
  const api = readApi(env, faults);
  if (faults.length > 0)
    throw new RollbackError(
      'input-invalid',
      `The setup cannot start:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
      {
        hint: 'Set these environment variables; docs/install.md lists them all.',
      },
    );
  return { token, publicUrl, apiUrl: api, webUrl: webUrl(api), port, file: env['SETUP_FILE'] ?? null };
}

/** Plain http only on this machine: the browser shows the key of the App. */
function isPublic(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, search, hash, username } = new URL(address);
  const isHere = hostname === 'localhost' || hostname === '127.0.0.1';
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && `${search}${hash}${username}` === '';
}
