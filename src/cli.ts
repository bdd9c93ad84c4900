#!/usr/bin/env node
/** The binary. Loads next to nothing before it knows that this Node, and this machine, can run the rest. */
import { LEAST_OPEN_FILES, openFilesAllowed } from './app/open-files.js';

// Node would open a debugger at SIGUSR1, and SIGUSR2 would end the process without a drain.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `forwarder: needs Node 20.19 or newer, this is ${process.versions.node}; see nodejs.org/download\n`,
  );
  process.exitCode = 78;
} else if ((openFilesAllowed() ?? LEAST_OPEN_FILES) < LEAST_OPEN_FILES) {
  process.stderr.write(
    `forwarder: may open ${openFilesAllowed()} files at once and needs at least ${LEAST_OPEN_FILES}; raise that (ulimit -n 4096, systemd: LimitNOFILE=, Docker: --ulimit nofile)\n`,
  );
  process.exitCode = 71;
} else {
  const { main } = await import('./cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}
