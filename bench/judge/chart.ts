/** One bar a contender: median time to stop, as an SVG string that is the same for the same numbers. */
export interface Bar {
  readonly label: string;
  readonly seconds: number;
}

/** Bars longer than the horizon end there with "not found". */
export function chartSvg(title: string, bars: readonly Bar[], horizonSeconds: number): string {
  const [left, width, row] = [170, 620, 26];
  const height = 50 + row * bars.length;
  const most = Math.min(
    horizonSeconds,
    Math.max(1, ...bars.map((bar) => (Number.isFinite(bar.seconds) ? bar.seconds : horizonSeconds))),
  );
  const lines = bars.map(({ label, seconds }, i) => {
    const found = Number.isFinite(seconds);
    const length = Math.max(2, (Math.min(found ? seconds : most, most) / most) * (width - left - 110));
    const y = 40 + row * i;
    const fill = found ? (label.startsWith('lastgood') ? '#1a7f37' : '#8c959f') : '#cf222e';
    return (
      `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${escape(label)}</text>` +
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" rx="3" fill="${fill}"/>` +
      `<text x="${(left + length + 6).toFixed(1)}" y="${y + 14}">${found ? `${seconds} s` : 'not found'}</text>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escape(title)}">` +
    `<text x="8" y="22" font-weight="600">${escape(title)}</text>${lines.join('')}</svg>`
  );
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
