#!/usr/bin/env node
/** The binary. Loads nothing before it knows that this Node can run the rest. */
// Node would open a debugger at SIGUSR1, and SIGUSR2 would end the process without a drain.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `forwarder: needs Node 20.19 or newer, this is ${process.versions.node}; see nodejs.org/download\n`,
  );
  process.exitCode = 78;
} else {
  const { main } = await import('./cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}
