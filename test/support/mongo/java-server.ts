import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Where `mvn dependency:get -Dartifact=de.bwaldvogel:mongo-java-server:1.46.0` puts what it gets. */
const repository = join(homedir(), '.m2', 'repository');
const folders = ['de/bwaldvogel', 'org/slf4j', 'io/netty'].map((folder) => join(repository, folder));

/** Drivers of today ask for a later server than it says it is. */
const launcher = `
import java.util.List;
public class Launch {
  public static void main(String[] args) throws Exception {
    var backend = new de.bwaldvogel.mongo.backend.memory.MemoryBackend();
    backend.version(new de.bwaldvogel.mongo.MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(4, 4, 0); }
      public int getWireVersion() { return 9; }
    });
    System.out.println("port " + new de.bwaldvogel.mongo.MongoServer(backend).bind().getPort());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
`;

/** Why tests against mongo-java-server are skipped; false when it is here. */
export const withoutJavaServer: string | false = existsSync(
  join(repository, 'de/bwaldvogel/mongo-java-server'),
)
  ? false
  : 'no mongo-java-server in the Maven repository of this machine';

function jars(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jar'))
    .map((path) => join(folder, path));
}

/** Starts a MongoDB in memory that others have written; answers its port. It ends with the test. */
export async function startJavaServer(t: TestContext): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'mongo-java-'));
  const source = join(folder, 'Launch.java');
  writeFileSync(source, launcher);
  const path = folders.flatMap(jars).join(':');
  const child = spawn('java', ['-Xmx256m', '-cp', path, source], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const port = /port (\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error('java ended before it listened')));
  });
}
