import { readFileSync } from 'node:fs';
import { apiUrl } from '../src/adapters/github/client.ts';
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
  const sweepSeconds = Number(env['SWEEP_SECONDS'] ?? 60);
  if (!(sweepSeconds >= 1)) faults.push(`SWEEP_SECONDS must be at least 1 (got '${env['SWEEP_SECONDS'] ?? ''}')`);
  const alertsToken = env['ALERTS_TOKEN'] ?? null;
  if (alertsToken !== null && alertsToken.length < 12) faults.push('ALERTS_TOKEN must have at least 12 characters');
  const alerts = alertSecrets(env, faults);
  const databaseUrl = env['DATABASE_URL'] ?? null;
  if (databaseUrl !== null && !/^postgres(?:ql)?:\/\//.test(databaseUrl))
    faults.push('DATABASE_URL must begin with postgres:// (leave it unset for one process without a database)');
  const baseUrl = apiUrl(env);
  const writeLimits = env['GITHUB_WRITE_LIMITS'] ?? 'on';
  if (writeLimits !== 'on' && writeLimits !== 'off')
    faults.push(`GITHUB_WRITE_LIMITS must be on or off (got '${writeLimits}')`);
  if (writeLimits === 'off' && /^https:\/\/api\.([\w-]+\.)?(github\.com|ghe\.com)/.test(baseUrl))
    faults.push(
      'GITHUB_WRITE_LIMITS=off is for a GitHub Enterprise Server; github.com would block the App for a while',
    );
  const replicas = Number(env['REPLICAS'] ?? (databaseUrl === null ? 1 : 2));
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 20)
    faults.push(`REPLICAS must be 1 to 20 (got '${env['REPLICAS'] ?? ''}')`);
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
  const port = Number(env['PORT'] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    faults.push(`PORT must be 0 to 65535 (got '${env['PORT'] ?? ''}')`);
  return port;
}

function readKey(env: Env, faults: string[]): string {
  const inline = env['PRIVATE_KEY']?.replaceAll('\\n', '\n');
  try {
    const key = inline ?? (env['PRIVATE_KEY_PATH'] ? readFileSync(env['PRIVATE_KEY_PATH'], 'utf8') : '');
    if (!key.includes('PRIVATE KEY')) faults.push('PRIVATE_KEY (or PRIVATE_KEY_PATH) must be the PEM key of the App');
    return key;
  } catch {
    faults.push(`PRIVATE_KEY_PATH cannot be read: '${env['PRIVATE_KEY_PATH'] ?? ''}'`);
    return '';
  }
}
