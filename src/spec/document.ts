/** Files that a person writes, in YAML or JSON, with the line and column of all that is in them. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ErrorCode, ExitCode, SlipwayError } from '../errors.ts';
import { broken, type SpecDocument, type TextOptions } from './spec-document.ts';

export { locate, type SpecDocument } from './spec-document.ts';

/** More than any job or task definition needs: ECS takes 64 KiB of the latter. */
const LARGEST_DOCUMENT = 512 * 1024;

/** The file name that stands for standard input. */
export const STANDARD_INPUT = '-';

/** A file that is missing, or cannot be read as a file. */
export class DocumentUnreadable extends SlipwayError {
  readonly code = ErrorCode.NotFound;
  override readonly exitCode = ExitCode.NotFound;
}

export interface DocumentOptions extends TextOptions {
  /** What it is called in problems; default as it is named here. */
  name?: string | undefined;
  /** What `-` reads; default the process's standard input. */
  standardInput?: Readable | undefined;
}

/**
 * Reads a file, or standard input where it is `-`. What is wrong with its text is among the
 * problems of the document.
 * @throws DocumentUnreadable where there is no file or it cannot be read.
 */
export async function readDocument(
  file: string,
  options: DocumentOptions = {},
): Promise<SpecDocument> {
  const bytes = await readBytes(file, options.standardInput ?? process.stdin);
  const name = file === STANDARD_INPUT ? 'standard input' : (options.name ?? file);
  if (bytes.length > LARGEST_DOCUMENT) {
    return broken(name, `is larger than ${LARGEST_DOCUMENT / 1024} KiB`);
  }
  let text: string;
  try {
    // It drops a byte order mark too.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return broken(name, 'is not text in UTF-8');
  }
  const { parseDocumentText } = await import('./document-text.ts');
  return parseDocumentText(name, text, options);
}

/** One byte more than is allowed at the most, so that an endless file ends too. */
async function readBytes(file: string, standardInput: Readable): Promise<Buffer> {
  const stream =
    file === STANDARD_INPUT ? standardInput : createReadStream(file, { end: LARGEST_DOCUMENT });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk as string | Uint8Array);
      chunks.push(bytes);
      length += bytes.length;
      if (length > LARGEST_DOCUMENT) break;
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return Buffer.concat(chunks);
}

function unreadable(file: string, cause: unknown): DocumentUnreadable {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DocumentUnreadable(`There is no file ${file}.`, {
      cause,
      hint: 'A relative name is taken from the current folder; - reads standard input.',
    });
  }
  if (code === 'EISDIR') {
    return new DocumentUnreadable(`${file} is a folder.`, { cause, hint: 'Name a file in it.' });
  }
  return new DocumentUnreadable(`${file} cannot be read: ${message}`, { cause });
}
