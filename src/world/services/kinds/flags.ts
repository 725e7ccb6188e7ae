import type { Logger } from '@openfeature/core';
import * as z from 'zod';
import type { Document, Files } from '../documents.ts';
import type { Decide } from '../router.ts';
import type { Wanted } from '../wanted.ts';
import type { Workload } from './workload.ts';

/** The flag that the service of this world asks for; the values of its variants are the versions of the code path. */
export const FLAG = 'ranker';

const flagd = z.object({ flags: z.object({ [FLAG]: z.object({ variants: z.record(z.string(), z.string()) }) }) });

/** A flagd file beside a workload whose image holds every code path. */
export function flagSides(documents: readonly Document[], files: Files, workload: Workload): Wanted | null {
  for (const { path, value } of documents) {
    const read = flagd.safeParse(value);
    if (!read.success) continue;
    const variants = Object.entries(read.data.flags[FLAG].variants);
    const sides = variants.map(([track, version]) => ({
      track,
      artefact: { name: workload.artefact.name, version },
      weight: 0,
    }));
    return { kind: 'flag', sides, flags: files.get(path) ?? '' };
  }
  return null;
}

const ignore = (): undefined => undefined;
const SILENT: Logger = { error: ignore, warn: ignore, info: ignore, debug: ignore };

/** Decides as flagd does, with its own evaluator. */
export async function evaluateFlags(configuration: string): Promise<Decide> {
  const { FlagdCore } = await evaluator();
  const core = new FlagdCore();
  core.setConfigurations(configuration);
  return (user) => core.resolveStringEvaluation(FLAG, '', { targetingKey: user }, SILENT).value;
}

/** It comes with a clone of this repository; the published package does without, so that nobody who deploys lastgood installs it. */
export async function evaluator() {
  try {
    return await import('@openfeature/flagd-core');
  } catch (cause) {
    throw new Error(
      'flags are evaluated by @openfeature/flagd-core: npm install @openfeature/flagd-core @openfeature/core',
      {
        cause,
      },
    );
  }
}
