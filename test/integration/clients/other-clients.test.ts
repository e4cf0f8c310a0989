import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { longText, startFront } from './front.js';

const limits = { timeout: 120_000 };

function missing(program: string, flag: string): string | false {
  return spawnSync(program, [flag], { stdio: 'ignore', timeout: 20_000 }).status === 0
    ? false
    : `${program} is not here`;
}

/** What the program prints; it has to end well. */
function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) =>
    execFile(program, args, { timeout: 90_000, maxBuffer: 64 * 1024 * 1024, cwd }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    }),
  );
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

const goProgram = `package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	root := os.Args[1]
	show := func(name string, response *http.Response, err error) {
		if err != nil {
			fmt.Println(name, "failed:", err)
			return
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Println(name, response.StatusCode, len(body), response.Uncompressed, response.Trailer.Get("x-sum"))
	}
	response, err := http.Get(root + "/text")
	show("text", response, err)
	response, err = http.Get(root + "/trailers")
	show("trailers", response, err)
	response, err = http.Post(root+"/echo", "text/plain", bytes.NewReader(make([]byte, 1<<20)))
	show("echo", response, err)
	request, _ := http.NewRequest("POST", root+"/echo", bytes.NewReader(make([]byte, 1000)))
	request.Header.Set("Expect", "100-continue")
	response, err = http.DefaultClient.Do(request)
	show("continue", response, err)
	response, err = http.Post(root+"/early", "text/plain", bytes.NewReader(make([]byte, 1000)))
	show("early", response, err)
}
`;

const browserFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

describe('clients of other makes', () => {
  test('curl decompresses, uploads, reads trailers and is answered early', {
    ...limits,
    skip: missing('curl', '--version'),
  }, async (t) => {
    const proxy = await startFront(t);
    const root = `http://127.0.0.1:${proxy.port()}`;
    const base = ['-sS', '--max-time', '20'];
    equal(await run('curl', [...base, '--compressed', `${root}/text`]), longText);
    match(await run('curl', [...base, '-i', '--raw', `${root}/trailers`]), /0\r\nx-sum: 13\r\n\r\n$/i);
    const file = join(temporaryFolder(t), 'upload');
    writeFileSync(file, 'z'.repeat(3_000_000));
    const upload = [...base, '--data-binary', `@${file}`, '-H', 'expect: 100-continue'];
    equal((await run('curl', [...upload, `${root}/echo`])).length, 3_000_000);
    equal(await run('curl', [...upload, '-o', '/dev/null', '-w', '%{http_code}', `${root}/early`]), '413');
    equal(
      await run('curl', [
        ...base,
        '-I',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code} %{size_download}',
        `${root}/`,
      ]),
      '200 0',
    );
  });

  test('Go’s net/http gets every answer', { ...limits, skip: missing('go', 'version') }, async (t) => {
    const proxy = await startFront(t);
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'main.go'), goProgram);
    writeFileSync(join(folder, 'go.mod'), 'module client\n\ngo 1.20\n');
    const output = await run('go', ['run', '.', `http://127.0.0.1:${proxy.port()}`], folder);
    deepEqual(
      output
        .trim()
        .split('\n')
        .map((line) => line.trim()),
      [
        `text 200 ${longText.length} true`,
        'trailers 200 13 true 13',
        `echo 200 ${1 << 20} true`,
        'continue 200 1000 true',
        'early 413 5 false',
      ],
    );
  });

  test('a browser fetches, uploads and talks over a WebSocket', {
    ...limits,
    skip: missing('chromium', '--version'),
  }, async (t) => {
    const proxy = await startFront(t);
    const folder = temporaryFolder(t);
    const url = `http://127.0.0.1:${proxy.port()}/page`;
    const child = spawn('chromium', [...browserFlags, `--user-data-dir=${folder}`, url], { stdio: 'ignore' });
    const seen: unknown = JSON.parse(await proxy.seen);
    child.kill('SIGKILL');
    await once(child, 'exit');
    deepEqual(seen, {
      encoded: 'gzip',
      length: longText.length,
      echo: 100_000,
      early: 413,
      socket: 'from the page',
      closed: 1000,
    });
  });
});
