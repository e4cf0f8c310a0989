import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';

/** Where a server is to listen. */
export interface BindAddress {
  /** IP, or the path of a Unix socket (a leading `@` means the abstract namespace). */
  readonly address: string;
  readonly port: number;
  readonly isPipe: boolean;
  readonly pipeMode: number;
  readonly ipv4Compat: boolean;
}

/** Binds; rejects with what the system said in words, behind `who`. */
export function listenOn(server: Server, bind: BindAddress, backlog: number, who: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(new Error(bindError(bind, who, error)));
    server.once('error', fail);
    const done = (): void => {
      server.off('error', fail);
      if (bind.isPipe && bind.pipeMode !== 0) chmodSync(bind.address, bind.pipeMode);
      resolve();
    };
    if (bind.isPipe) {
      const path = bind.address.startsWith('@') ? `\0${bind.address.slice(1)}` : bind.address;
      if (!bind.address.startsWith('@')) removeStale(bind.address);
      server.listen({ path, backlog }, done);
    } else {
      const ipv6Only = bind.address.includes(':') && !bind.ipv4Compat;
      server.listen({ host: bind.address, port: bind.port, ipv6Only, backlog }, done);
    }
  });
}

/** A socket file left behind by an earlier process would make the bind fail; any other file is left to do so. */
function removeStale(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // Not there, or not ours to remove: the bind will say so.
  }
}

const reasons: { readonly [code: string]: string } = {
  EADDRINUSE: 'Address already in use',
  EACCES: 'Permission denied (ports below 1024 need a privilege)',
  EADDRNOTAVAIL: 'Cannot assign requested address (no interface has it)',
};

export function bindError(bind: BindAddress, who: string, error: NodeJS.ErrnoException): string {
  const where = bind.isPipe ? bind.address : `${bind.address}:${bind.port}`;
  return `${who}: cannot bind '${where}': ${reasons[error.code ?? ''] ?? error.message}`;
}

/** The address as it was bound, port 0 resolved. */
export function boundText(server: Server, bind: BindAddress): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return bind.address;
  const host = address.address.includes(':') ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
