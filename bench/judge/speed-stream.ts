/** The command line as it is, and what it took as the last line. */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stdout.write(`{"maxRssMb":${(maxRSS / 1024).toFixed(1)},"cpuMs":${(userCPUTime + systemCPUTime) / 1000}}\n`);
});
await import('../../cli/main.ts');
