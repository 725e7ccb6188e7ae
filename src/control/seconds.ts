export function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** A time and its limit, such as `2 s < 3 s`; what is not equal is never shown as equal. */
export function against(ms: number, limitMs: number): string {
  const [sign, whole] = ms < limitMs ? (['<', Math.floor] as const) : ([ms > limitMs ? '>' : '=', Math.ceil] as const);
  return `${whole(ms / 1000)} s ${sign} ${seconds(limitMs)}`;
}
