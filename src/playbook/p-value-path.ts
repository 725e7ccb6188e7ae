/** Whether a path says by its own words that it holds a p-value: what lint can know without the report. */
export function namesPValue(path: string): boolean {
  return /p[_-]?val(ue)?s?\b/i.test(path);
}
