/** A real Flyway, run by its own build tool out of the artefacts that `.ci/run` fetched before. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Nothing but the database is asked: no telemetry, no look for newer versions. */
const ENV = { ...process.env, REDGATE_DISABLE_TELEMETRY: 'true', FLYWAY_SKIP_CHECK_FOR_UPDATE: 'true' };
const launch = promisify(execFile);
const run = (command: string, args: string[]) => launch(command, args, { env: ENV });
const POM = join(import.meta.dirname, 'flyway/pom.xml');

function arguments_(goal: string, options: Readonly<Record<string, string>>): string[] {
  return [
    '-B',
    '-q',
    '-o',
    '-f',
    POM,
    `flyway:${goal}`,
    ...Object.entries(options).map(([name, value]) => `-Dflyway.${name}=${value}`),
  ];
}

/** False where Maven or Flyway's artefacts are not there. */
export async function hasFlyway(): Promise<boolean> {
  return run('mvn', arguments_('migrate', { skip: 'true' })).then(
    () => true,
    () => false,
  );
}

/** `flyway migrate` on a folder. Throws with what Flyway said. */
export async function flywayMigrate(url: string, folder: string): Promise<void> {
  const { hostname, port, pathname, username, password } = new URL(url);
  try {
    await run(
      'mvn',
      arguments_('migrate', {
        url: `jdbc:postgresql://${hostname}:${port}${pathname}`,
        user: username,
        password,
        locations: `filesystem:${folder}`,
      }),
    );
  } catch (error) {
    throw new Error(`flyway: ${error instanceof Error && 'stdout' in error ? String(error.stdout) : ''}`, {
      cause: error,
    });
  }
}
