import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { apiUrl } from '../src/adapters/github/client.ts';
import { allowFaults } from '../src/adapters/http-guard.ts';
import { alertSecrets, type AlertSecrets } from './alert-auth.ts';
import { RollbackError } from '../src/errors.ts';

/** What the bot needs from its environment. Secrets stay in here: nothing that is printed holds them. */
export interface Config {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** REST base URL: api.github.com, or that of an Enterprise Server. */
  readonly baseUrl: string;
  readonly port: number;
  /** Bearer token that alert senders show; null switches POST /alerts off. */
  readonly alertsToken: string | null;
  /** What the senders of alerts must show. */
  readonly alerts: AlertSecrets;
  readonly sweepMs: number;
  /** PostgreSQL that replicas share; null: the queue lives in the memory of this one process. */
  readonly databaseUrl: string | null;
  /** Processes that share `databaseUrl`, and with it what GitHub lets one installation write. */
  readonly replicas: number;
  /** False: writes are not held below GitHub's secondary limits. */
  readonly limitsWrites: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

const DAY_SECONDS = 86_400;

/** All faults at once. There is no default secret: an unsigned webhook could merge. */
export function readConfig(env: Env): Config {
  const faults: string[] = [];
  const appId = Number(env['APP_ID']);
  if (!Number.isSafeInteger(appId) || appId <= 0)
    faults.push(`APP_ID must be the number of the GitHub App (got '${env['APP_ID'] ?? ''}')`);
  const privateKey = readKey(env, faults);
  const webhookSecret = env['WEBHOOK_SECRET'] ?? '';
  if (webhookSecret.length < 12 || webhookSecret === 'development')
    faults.push('WEBHOOK_SECRET must be the secret of the App, at least 12 characters');
  const port = readPort(env, faults);
  const sweepSeconds = readNumber(env, 'SWEEP_SECONDS', 60);
  if (!(sweepSeconds >= 1 && sweepSeconds <= DAY_SECONDS))
    faults.push(`SWEEP_SECONDS must be 1 to ${DAY_SECONDS} (got '${env['SWEEP_SECONDS'] ?? ''}')`);
  const alertsToken = env['ALERTS_TOKEN'] ?? null;
  if (alertsToken !== null && alertsToken.length < 12) faults.push('ALERTS_TOKEN must have at least 12 characters');
  const alerts = alertSecrets(env, faults);
  const databaseUrl = env['DATABASE_URL'] ?? null;
  if (databaseUrl !== null && !/^postgres(?:ql)?:\/\//.test(databaseUrl))
    faults.push('DATABASE_URL must begin with postgres:// (leave it unset for one process without a database)');
  const baseUrl = readApi(env, faults);
  faults.push(...allowFaults(env));
  const writeLimits = env['GITHUB_WRITE_LIMITS'] ?? 'on';
  if (writeLimits !== 'on' && writeLimits !== 'off')
    faults.push(`GITHUB_WRITE_LIMITS must be on or off (got '${writeLimits}')`);
  if (writeLimits === 'off' && /^https:\/\/api\.([\w-]+\.)?(github\.com|ghe\.com)/.test(baseUrl))
    faults.push(
      'GITHUB_WRITE_LIMITS=off is for a GitHub Enterprise Server; github.com would block the App for a while',
    );
  const replicas = readNumber(env, 'REPLICAS', databaseUrl === null ? 1 : 2);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 20)
    faults.push(`REPLICAS must be 1 to 20 (got '${env['REPLICAS'] ?? ''}')`);
  else if (replicas > 1 && databaseUrl === null)
    faults.push(`REPLICAS is ${replicas} > 1, and several processes need a DATABASE_URL that they share`);
  if (faults.length > 0) {
    throw new RollbackError(
      'input-invalid',
      `The bot cannot start:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
      {
        hint: 'Set these environment variables; docs/install.md lists them all. Without an App yet, SETUP_TOKEN and PUBLIC_URL let you create it from the browser.',
      },
    );
  }
  const sweepMs = sweepSeconds * 1000;
  return {
    appId,
    privateKey,
    webhookSecret,
    baseUrl,
    port,
    alertsToken,
    alerts,
    sweepMs,
    databaseUrl,
    replicas,
    limitsWrites: writeLimits === 'on',
  };
}

export function readPort(env: Env, faults: string[]): number {
  const port = readNumber(env, 'PORT', 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    faults.push(`PORT must be 0 to 65535 (got '${env['PORT'] ?? ''}')`);
  return port;
}

/** The base URL of the REST API. What is not one would only be noticed at the first call. */
export function readApi(env: Env, faults: string[]): string {
  const { GHE_HOST: host = '', GHE_PROTOCOL: protocol = 'https' } = env;
  if (host !== '' && !/^[\w.-]+(:\d{1,5})?$/.test(host))
    faults.push('GHE_HOST must be a host such as github.example.com, without https:// and path');
  if (protocol !== 'https' && protocol !== 'http')
    faults.push(`GHE_PROTOCOL must be https or http (got '${protocol}')`);
  const api = apiUrl(env);
  const url = URL.canParse(api) ? new URL(api) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    faults.push('GITHUB_API_URL must be an address such as https://github.example.com/api/v3, without a user in it');
  return api;
}

/** An empty text is no number: `PORT=` must not mean 0. */
function readNumber(env: Env, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined) return otherwise;
  return text.trim() === '' ? NaN : Number(text);
}

function readKey(env: Env, faults: string[]): string {
  const path = env['PRIVATE_KEY_PATH'] ?? '';
  const inline = (env['PRIVATE_KEY'] ?? '').replaceAll('\\n', '\n');
  if (inline !== '') return checkedKey(inline, 'PRIVATE_KEY', faults);
  try {
    return checkedKey(path === '' ? '' : readFileSync(path, 'utf8'), 'PRIVATE_KEY (or PRIVATE_KEY_PATH)', faults);
  } catch {
    faults.push(`PRIVATE_KEY_PATH cannot be read: '${path}'`);
    return '';
  }
}

/** A key that was cut or lost its line breaks would only be noticed at the first call. */
function checkedKey(key: string, place: string, faults: string[]): string {
  if (!isRsaKey(key))
    faults.push(
      `${place} must be the PEM key of the App, whole and unencrypted, each line break kept or written as \\n`,
    );
  return key;
}

function isRsaKey(key: string): boolean {
  try {
    return createPrivateKey(key).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
