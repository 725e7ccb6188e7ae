/** `notify:` of the playbook: who hears of it. */
import * as z from 'zod';
import { person } from './names.ts';

export const notifySchema = z.strictObject({
  mention: z.array(person).default([]).describe('people and teams named in an escalation'),
});
