import { memoryQueue } from '../../../src/adapters/queue/memory.ts';
import { queueContract, type Chore, type Subject } from './contract.ts';

queueContract('in memory', async (t) => {
  const failures: Subject['failures'] = [];
  const queue = memoryQueue<Chore>({ onFailure: ({ id }, _, after) => void failures.push({ id, after }) });
  t.after(() => queue.drain(0));
  return { queue, failures };
});
