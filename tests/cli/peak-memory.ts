/** Loaded before a program (--import): says at its end the most memory that it had, as the last line of stderr. */
process.on("exit", () => {
  process.stderr.write(`peak ${process.resourceUsage().maxRSS * 1024}\n`);
});
