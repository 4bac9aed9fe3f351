import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startReflow } from './reflow.mjs';

let folder;
let reflow;
before(async () => {
  // The sample asks for the same version of the SDK as this suite, and borrows its packages.
  folder = await mkdtemp(join(tmpdir(), 'reflow-sample-'));
  await copyFile(new URL('../../samples/node/five-calls.mjs', import.meta.url), join(folder, 'five-calls.mjs'));
  await symlink(fileURLToPath(new URL('node_modules', import.meta.url)), join(folder, 'node_modules'));
  reflow = await startReflow();
});
after(async () => {
  await rm(folder, { recursive: true });
  await reflow.stop();
});

const run = (url) =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(folder, 'five-calls.mjs')], { env: { ...process.env, REFLOW_URL: url } }, (error, output, complaint) =>
      resolve({ code: error?.code ?? 0, output, complaint }));
  });

test('the sample runs twice against the same server', async () => {
  for (const _ of [1, 2]) {
    const { code, output, complaint } = await run(reflow.url);
    assert.deepEqual({ code, complaint }, { code: 0, complaint: '' }, output);
    for (const section of ['1. ', '2. ', '3. ', '4. ', '5. ']) assert.ok(output.includes(`\n${section}`), output);
    assert.match(output, /All as expected\.\n$/);
  }
});

test('where nothing answers it says so in one line', async () => {
  const { code, complaint } = await run('http://127.0.0.1:9');
  assert.equal(code, 1);
  assert.equal(complaint, '\nNot as expected: nothing answers at http://127.0.0.1:9; start it with ./run.sh\n');
});
