import { isRecord } from './json.js';
import { listAll } from './pages.js';
import type { CallLogstore } from '../service.js';

/** ListProject: the names of all projects of the region that the endpoint belongs to. Needs the RAM action log:ListProject. */
export function listProjects(call: CallLogstore, signal: AbortSignal): Promise<readonly string[]> {
  const nameIn = (entry: unknown): unknown => (isRecord(entry) ? entry['projectName'] : undefined);
  return listAll(call, { what: 'list of the projects', path: '/', key: 'projects', kind: 'project', nameIn }, signal);
}
