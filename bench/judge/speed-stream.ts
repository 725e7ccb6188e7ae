/** The command line as it is, and its peak resident size as the last line. */
process.on('exit', () => {
  const maxRssMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`{"maxRssMb":${maxRssMb.toFixed(1)}}\n`);
});
await import('../../cli/main.ts');
