/** A replica that begins whatever it gets and never ends it. Started as a process of its own, to be killed. */
import { postgresQueue } from '../../src/adapters/queue/postgres.ts';

const [url = '', schema = ''] = process.argv.slice(2);
const queue = await postgresQueue({ url, schema });
await queue.start(() => new Promise(() => undefined));
process.stdout.write('ready\n');
