/** `forwarder` as a child that ends when its parent does, however that ended: a tuning run must not go on sending by itself. */
import { main } from './main.js';

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.exitCode = await main(process.argv.slice(2));
if (process.connected) process.disconnect();
