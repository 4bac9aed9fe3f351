import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startReflow } from './reflow.mjs';
import { complete, createTask, isLate } from './tasks.mjs';

let reflow;
let tenant;
let client;

beforeAll(async () => (reflow = await startReflow()));
beforeEach(async () => {
  tenant = await reflow.tenant();
  client = tenant.client();
});
afterEach(async () => {
  await reflow.control('DELETE', '/faults');
  await reflow.control('POST', '/clock/resume');
});
afterAll(() => reflow.stop());

const only = (operation, more) => ({ operation, app_id: tenant.app.app_id, ...more });

test('an answer that is lost after its work was done completes the task once', async () => {
  const id = await createTask(client, 'Send the invoice', 1, Date.now());
  await reflow.control('POST', '/faults', only('task.v1.task.complete', { lost_answer: true, count: 1 }));
  await expect(complete(client, id)).resolves.toMatchObject({ code: 0 });
  await reflow.control('POST', '/requests/expect', only('task.v1.task.complete', { times: 1 }));
});

test('a call that never arrived is tried again', async () => {
  const id = await createTask(client, 'Send the invoice', 1, Date.now());
  await reflow.control('POST', '/faults', only('task.v1.task.complete', { drop: true, count: 2 }));
  await expect(complete(client, id)).resolves.toMatchObject({ code: 0 });
  await reflow.control('POST', '/requests/expect', only('task.v1.task.complete', { times: 3 }));
});

test('a refusal is not tried again', async () => {
  const id = await createTask(client, 'Send the invoice', 1, Date.now());
  await reflow.control('POST', '/faults', only('task.v1.task.complete', { error: { code: 1470403 } }));
  await expect(complete(client, id)).rejects.toMatchObject({ response: { data: { code: 1470403 } } });
  await reflow.control('POST', '/requests/expect', only('task.v1.task.complete', { times: 1 }));
});

test('a task is late from its due time on', async () => {
  const { now } = await reflow.control('POST', '/clock/freeze');
  const id = await createTask(client, 'Send the invoice', 24, now);
  expect(await isLate(client, id, now)).toBe(false);
  const later = await reflow.control('POST', '/clock/advance', { by_ms: 25 * 3_600_000 });
  expect(await isLate(tenant.client(), id, later.now)).toBe(true);
});

test('each test has a tenant of its own', async () => {
  const other = await reflow.tenant();
  const id = await createTask(client, 'Mine', 1, Date.now());
  await expect(other.client().task.v1.task.get({ path: { task_id: id } })).rejects.toMatchObject({ response: { data: { code: 1470602 } } });
});
