import type { ConfigNode } from '../api/config-node.js';
import type { ExtensionRegistry } from '../api/extension.js';
import type { Problem } from '../base/errors.js';
import { type MessageType, typeCatalog } from './descriptors/message-type.js';
import { MessageNode } from './node/message-node.js';
import { type ConfigFiles, Needs, type ReadContext } from './node/read-context.js';
import { ProblemList } from './problem-list.js';
import { formatOf, readSource, type SourceFormat } from './source/read-source.js';
import { SourceSyntaxError, SourceText } from './source/source-text.js';
import { mergeMessages } from './tree/merge.js';
import { type Json, messageJson } from './tree/message-json.js';
import { MessageValue } from './tree/message-value.js';
import { RuleChecker } from './tree/rule-checker.js';
import { TreeBuilder, type UnknownFields } from './tree/tree-builder.js';
import { WireDecoder } from './tree/wire-decoder.js';
import { collectUnsupported, type FieldReport, fieldReports } from './verdicts.js';

export const BOOTSTRAP = 'envoy.config.bootstrap.v3.Bootstrap';

export interface LoadOptions {
  /** The file of `-c`. */
  readonly path?: string | undefined;
  /** The text of `--config-yaml`, merged over the file. */
  readonly yamlText?: string | undefined;
  readonly registry: ExtensionRegistry;
  readonly files: ConfigFiles;
  /** Full name of the root message; the bootstrap unless given. */
  readonly rootType?: string;
  /** What fields that the API does not have do; `reject` unless given. */
  readonly unknownFields?: UnknownFields;
}

/** What `finish` tells once all readers are done. */
export interface LoadOutcome {
  /** The configuration is invalid. */
  readonly problems: readonly Problem[];
  /** Valid, and not done here. */
  readonly unsupported: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** One entry for every field of the file. */
  verdicts(): readonly FieldReport[];
}

export interface LoadedConfig {
  /** Readable also when there are problems: what is wrong counts as absent. */
  readonly root: ConfigNode;
  /** The same root, read with other extensions: those that the configuration itself has named. */
  rootWith(registry: ExtensionRegistry): ConfigNode;
  readonly needs: Needs;
  /** Problems so far, before any reader has run. */
  readonly problems: readonly Problem[];
  finish(): LoadOutcome;
  /** The whole tree as `/config_dump` prints it: `.proto` names, secrets redacted. */
  json(): Json;
}

function readBytes(files: ConfigFiles, path: string, problems: ProblemList): Uint8Array | undefined {
  try {
    return files.read(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.errors.push({ location: path, path: '', message: `unable to read file: ${reason}` });
    return undefined;
  }
}

interface Builder {
  readonly type: MessageType;
  readonly problems: ProblemList;
  readonly unknownFields: UnknownFields;
}

function build(
  builder: Builder,
  name: string,
  text: string,
  format: Exclude<SourceFormat, 'proto'>,
): MessageValue {
  const source = new SourceText(name, text);
  const { type, problems, unknownFields } = builder;
  const node = readSource(source, format, problems);
  if (node === undefined) return new MessageValue(type, source, 0, undefined);
  if (node.kind === 'scalar' && node.sort === 'null') {
    problems.errors.push(source.problem(0, '', `expected an object (${type.name}), found nothing`));
  }
  const treeBuilder = new TreeBuilder(
    typeCatalog(),
    source,
    problems,
    unknownFields,
    format === 'text-proto',
  );
  return treeBuilder.message(node, type, undefined);
}

function decode(builder: Builder, name: string, bytes: Uint8Array): MessageValue {
  const source = new SourceText(name, '', false);
  const { type, problems, unknownFields } = builder;
  try {
    return new WireDecoder(typeCatalog(), source, problems, unknownFields).decode(bytes, type);
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error;
    problems.errors.push(
      source.problem(0, '', `not valid protobuf at byte ${error.offset}: ${error.message}`),
    );
    return new MessageValue(type, source, 0, undefined);
  }
}

function buildFile(builder: Builder, path: string, bytes: Uint8Array): MessageValue {
  const format = formatOf(path);
  if (format === 'proto') return decode(builder, path, bytes);
  // A byte-order mark is the reader's to judge.
  return build(builder, path, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), format);
}

function buildTree(options: LoadOptions, builder: Builder): MessageValue {
  const { path, yamlText, files } = options;
  let tree: MessageValue | undefined;
  if (path !== undefined && path !== '') {
    const bytes = readBytes(files, path, builder.problems);
    if (bytes !== undefined) tree = buildFile(builder, path, bytes);
  }
  if (yamlText !== undefined && yamlText !== '') {
    const over = build(builder, '--config-yaml', yamlText, 'yaml');
    if (tree === undefined) tree = over;
    else mergeMessages(tree, over);
  }
  return tree ?? new MessageValue(builder.type, new SourceText(path ?? '', ''), 0, undefined);
}

/** Reads and checks a configuration file; nothing is thrown for what stands in it. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const problems = new ProblemList();
  const type = typeCatalog().messageOrEmpty(options.rootType ?? BOOTSTRAP);
  const tree = buildTree(options, { type, problems, unknownFields: options.unknownFields ?? 'reject' });
  return checked(tree, problems, options);
}

export interface ResourceOptions {
  /** `xds:<type>/<name>@<version>`: what its problems are located at. */
  readonly source: string;
  readonly bytes: Uint8Array;
  /** Full name of the resource's type. */
  readonly rootType: string;
  readonly registry: ExtensionRegistry;
  readonly files: ConfigFiles;
  readonly unknownFields: UnknownFields;
}

/** The same for one binary resource. */
export function loadResource(options: ResourceOptions): LoadedConfig {
  const problems = new ProblemList();
  const type = typeCatalog().messageOrEmpty(options.rootType);
  const builder = { type, problems, unknownFields: options.unknownFields };
  return checked(decode(builder, options.source, options.bytes), problems, options);
}

function checked(
  tree: MessageValue,
  problems: ProblemList,
  { registry, files }: Pick<LoadOptions, 'registry' | 'files'>,
): LoadedConfig {
  // Of a text that could not be read nothing can be missed.
  if (problems.errors.every((problem) => problem.path !== '')) new RuleChecker(problems).check(tree);
  const context: ReadContext = { catalog: typeCatalog(), registry, files, problems, needs: new Needs() };
  return {
    root: new MessageNode(tree, context),
    rootWith: (other) => new MessageNode(tree, { ...context, registry: other }),
    needs: context.needs,
    problems: problems.errors,
    finish: () => {
      collectUnsupported(tree, problems);
      return {
        problems: problems.errors,
        unsupported: problems.unsupported,
        warnings: problems.warnings,
        verdicts: () => fieldReports(tree),
      };
    },
    json: () => messageJson(tree, false),
  };
}
