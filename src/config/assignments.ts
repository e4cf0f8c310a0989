import type { ExtensionRegistry } from '../api/extension.js';
import type { Problem } from '../base/errors.js';
import { parseAssignment } from '../upstream/endpoints-config.js';
import type { AssignmentAnswer, AssignmentSource } from '../upstream/membership/assignments.js';
import { loadConfig } from './load.js';
import type { ConfigFiles } from './node/read-context.js';

const response = 'envoy.service.discovery.v3.DiscoveryResponse';
const assignmentType = 'envoy.config.endpoint.v3.ClusterLoadAssignment';

function noticeOf({ location, path, message }: Problem): string {
  return `${location.replace('--config-yaml', 'answer')}: ${path}: ${message}`;
}

/** What an answer says of itself beside its resources and their version. */
const envelope = ['type_url', 'nonce', 'canary', 'control_plane'];

/** Reads a `DiscoveryResponse` with assignments, from a file or as an answer. Unknown fields in it are no mistake, as in Envoy. */
export function readAssignments(
  source: AssignmentSource,
  registry: ExtensionRegistry,
  files: ConfigFiles,
): AssignmentAnswer {
  if ('text' in source && source.text.trim() === '') {
    return { kind: 'unreadable', error: 'the answer is empty' };
  }
  const loaded = loadConfig({
    ...('text' in source ? { yamlText: source.text } : source),
    rootType: response,
    registry,
    files,
    unknownFields: 'ignore',
  });
  for (const field of envelope) loaded.root.noEffect(field, 'an answer by REST stands for itself');
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
