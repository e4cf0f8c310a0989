import { deepEqual } from 'node:assert/strict';
import load from '../../../workers/job.js';

/**
 * Fields of the compared bootstraps that this proxy refuses by name where it is not told to run all the same
 * (`--allow-unsupported`, as it is here), by bootstrap. All of them are a `config` of `FilterConfig` that is empty: it names
 * no type, so that nothing here knows what is in it; what stands beside it (`disabled`) is honoured.
 */
const refusedFields: { readonly [bootstrap: string]: readonly string[] } = {
  'connection manager': ['typed_per_filter_config["third"].config'],
  routing: [
    'typed_per_filter_config["both"].config',
    'typed_per_filter_config["noting"].config',
    'typed_per_filter_config["sleeping"].config',
  ],
};

/** Throws unless the file is sound, and what this proxy lacks of it is what is listed. */
export async function checkRefused(bootstrap: string, path: string): Promise<void> {
  const { problems, unsupported } = await load({ path, modules: [], allowUnknownFields: false });
  const fields = unsupported.map(({ path }) =>
    path.slice(path.lastIndexOf('.', path.lastIndexOf('.') - 1) + 1),
  );
  deepEqual(problems, []);
  deepEqual([...new Set(fields)].sort(), refusedFields[bootstrap] ?? [], `refused of ${bootstrap}`);
}
