/** node write-loop.js PATH BYTES: replaces a file over and over, each time whole, with another letter, until it is killed. */
import { writeAtomic } from "../../src/base/node-files.js";

const [path, bytes] = [process.argv[2]!, Number(process.argv[3])];
for (let i = 0; ; i++) {
  await writeAtomic(path, new Uint8Array(bytes).fill(97 + (i % 26)));
  if (i === 0) process.stdout.write("first\n");
}
