import type { Log } from '../src/control/doors.ts';

/** One JSON object a line on standard output: time, level, message, facts. */
export function createLog(write: (line: string) => void = (line) => process.stdout.write(line)): Log {
  return (level, message, facts = {}) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...facts })}\n`);
  };
}
