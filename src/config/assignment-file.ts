import type { ExtensionRegistry } from '../api/extension.js';
import type { Problem } from '../base/errors.js';
import { parseAssignment } from '../upstream/endpoints-config.js';
import type { AssignmentAnswer } from '../upstream/membership/assignments.js';
import { loadConfig } from './load.js';
import type { ConfigFiles } from './node/read-context.js';

const response = 'envoy.service.discovery.v3.DiscoveryResponse';
const assignmentType = 'envoy.config.endpoint.v3.ClusterLoadAssignment';

function noticeOf({ location, path, message }: Problem): string {
  return `${location}: ${path}: ${message}`;
}

/** Reads a `DiscoveryResponse` with assignments. Unknown fields in it are no mistake, as in Envoy. */
export function readAssignmentFile(
  path: string,
  registry: ExtensionRegistry,
  files: ConfigFiles,
): AssignmentAnswer {
  const loaded = loadConfig({ path, rootType: response, registry, files, unknownFields: 'ignore' });
  const unreadable = loaded.problems.find((problem) => problem.path === '');
  if (unreadable !== undefined) return { kind: 'unreadable', error: unreadable.message };
  const resources = loaded.root.list('resources');
  const foreign = resources.find(({ typeName }) => typeName !== assignmentType);
  const version = loaded.root.string('version_info');
  const assignments = resources
    .filter(({ typeName }) => typeName === assignmentType)
    .map((node) => parseAssignment(node, 'EDS'));
  const { problems, unsupported } = loaded.finish();
  const [problem] = problems;
  if (problem !== undefined) return { kind: 'refused', error: `${problem.path}: ${problem.message}` };
  if (foreign !== undefined) return { kind: 'refused', error: `${foreign.typeName} is no ${assignmentType}` };
  return { kind: 'read', version, assignments, notices: unsupported.map(noticeOf) };
}
