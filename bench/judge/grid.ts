/** Every cell, in the order of the report. Workers rebuild the same list and are told a place in it. */
import { accuracyCells, burstCells, errorCells, onsetCells, pollCells, type Task } from './cells.ts';
import { driftCells, latencyCells } from './distributions.ts';
import { severalCells } from './several.ts';

export function grid(quick: boolean): readonly Task[] {
  const rates = [...errorCells(quick), ...onsetCells(), ...burstCells(), ...pollCells(), ...severalCells()];
  return [...rates, ...accuracyCells(), ...latencyCells(), ...driftCells()];
}
