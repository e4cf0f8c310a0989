import type { AccessLog } from '../../api/access-log.js';
import type { LogContext } from '../../api/stream-info.js';
import {
  compileSubstitutionFormat,
  type SubstitutionFormatConfig,
} from '../../format/substitution-format.js';
import type { Format } from '../../format/text-format.js';
import type { LogFile } from './log-file.js';

/** Renders one line per stream and buffers it in a file. */
export class FormatLogger implements AccessLog {
  private readonly format: Format;
  private readonly file: LogFile;

  constructor(format: SubstitutionFormatConfig, file: LogFile) {
    this.format = compileSubstitutionFormat(format);
    this.file = file;
  }

  log(context: LogContext): void {
    this.file.write(this.format(context));
  }
}
