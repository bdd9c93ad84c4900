import { fileURLToPath } from 'node:url';

/** The config that comes with the package. */
const SHIPPED = fileURLToPath(new URL('../../../config.yaml', import.meta.url));

/** Forwards from the built-in Log Service to the built-in receiver, whatever the environment says. @throws ForwarderError */
export async function runDemo(): Promise<number> {
  const { runForwarder } = await import('../app/main.js');
  return runForwarder({ configFile: SHIPPED, env: {} });
}
