/** GitHub refuses a text of 65,536 characters; what we read back from it needs a place, too. */
export const BODY_MAX = 55_000;

/** The text with as many rows in each of its lists as fit. What is left out stands in the diff, and the text says how much it is. */
export function fitted(withRows: (rows: number) => string): string {
  const texts = [40, 10, 3].map(withRows);
  return texts.find((text) => text.length <= BODY_MAX) ?? withRows(0);
}
