import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeaders, assertRefused, demo, sdk, send, startRecorder, startReflow, tenantToken } from './reflow.mjs';

let reflow;
before(async () => { reflow = await startReflow(); });
after(() => reflow.stop());

const internal = '/open-apis/auth/v3/tenant_access_token/internal';
const json = { 'Content-Type': 'application/json; charset=utf-8' };
const issue = (body, path = internal, headers = json) => send(reflow.url, 'POST', path, { headers, body: JSON.stringify(body) });
const known = { app_id: demo.app.id, app_secret: demo.app.secret };

test('a tenant token comes beside code, with the seconds that it has left', async () => {
  const answer = await issue(known);
  assertHeaders(answer);
  const { tenant_access_token: token, expire, ...rest } = answer.json;
  assert.deepEqual(rest, { code: 0, msg: 'ok' });
  assert.match(token, /^t-/);
  assert.ok(Number.isInteger(expire) && expire > 1800 && expire <= 7200, `${expire} s`);
});

test('asking again gets the same token', async () => {
  assert.equal(await tenantToken(reflow.url), await tenantToken(reflow.url));
});

test('the app token of a self-built app is its tenant token', async () => {
  const { app_access_token: app, tenant_access_token: tenant, ...rest } = (await issue(known, '/open-apis/auth/v3/app_access_token/internal')).json;
  assert.equal(app, tenant);
  assert.deepEqual(Object.keys(rest).sort(), ['code', 'expire', 'msg']);
});

for (const [what, body, code, msg] of [
  ['a wrong secret', { ...known, app_secret: 'wrong' }, 10014, 'app secret invalid'],
  ['an unknown app', { ...known, app_id: 'cli_0000000000000000' }, 10014, 'app secret invalid'],
  ['an app id that is none', { ...known, app_id: 'cli_test' }, 10003, 'invalid param'],
  ['nothing at all', {}, 10003, 'invalid param'],
]) {
  test(`${what} is refused with status 200, where the SDK reads its code`, async () => {
    const answer = await issue(body);
    assertRefused(answer, 200, code, msg);
    assert.deepEqual(answer.json.data, {});
  });
}

for (const [what, path, headers, body] of [
  ['a slash at the end of the path', `${internal}/`, json, known],
  ['two slashes at its beginning', `/${internal}`, json, known],
  ["Python's left-over members", internal, json, { ...known, app_ticket: null, tenant_key: null }],
  ['no content type', internal, {}, known],
  ['a content type that is another', internal, { 'Content-Type': 'text/plain' }, known],
]) {
  test(`a token is issued despite ${what}`, async () => {
    assert.equal((await issue(body, path, headers)).json.code, 0);
  });
}

test('the SDK fetches its token once and keeps it', async () => {
  const recorder = await startRecorder(reflow.url);
  try {
    // An own cache: the SDK's is one for the whole process.
    const kept = new Map();
    const cache = { get: async (key) => kept.get(key), set: async (key, value) => Boolean(kept.set(key, value)) };
    const client = sdk(recorder.url, { cache });
    for (let i = 0; i < 3; i++) await client.task.v1.task.get({ path: { task_id: 'none' } }).catch(() => {});
    assert.deepEqual(recorder.requests.map((r) => r.path), [internal, ...Array(3).fill('/open-apis/task/v1/tasks/none')]);
    assert.equal(new Set(recorder.requests.slice(1).map((r) => r.headers.authorization)).size, 1);
  } finally {
    await recorder.stop();
  }
});

const task = '/open-apis/task/v1/tasks/none';
const missing = 'Missing access token for authorization. Please make a request with token attached.';
const invalid = 'Invalid access token for authorization. Please make a request with token attached.';
for (const [what, authorization, code, msg] of [
  ['no Authorization', undefined, 99991661, missing],
  ['a token without Bearer', 't-abc', 99991661, missing],
  ["Python's Bearer None", 'Bearer None', 99991671, 'Invalid token: must start with t-/u-'],
  ['an unknown tenant token', 'Bearer t-7f1bcd13fc57d46bac21793a18e560', 99991663, invalid],
  ['an unknown user token', 'Bearer u-7f1bcd13fc57d46bac21793a18e560', 99991668, invalid],
  ['an unknown user token of the new kind', 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln', 99991668, invalid],
]) {
  test(`${what} is ${code}`, async () => {
    const answer = await send(reflow.url, 'GET', task, { headers: authorization ? { Authorization: authorization } : {} });
    assertHeaders(answer);
    assertRefused(answer, 400, code, msg);
  });
}

test('a scope that the app lacks is named', async () => {
  const token = await tenantToken(reflow.url, demo.reportApp);
  const answer = await send(reflow.url, 'POST', '/open-apis/task/v1/tasks/none/uncomplete', { headers: { Authorization: `Bearer ${token}` } });
  assert.match(answer.json.msg, /^Access denied\. One of the following scopes is required: \[task:task\]\.应用尚未开通/);
  const error = assertRefused(answer, 400, 99991672, answer.json.msg);
  assert.deepEqual(error.permission_violations, [{ type: 'action_scope_required', subject: 'task:task' }]);
  assert.equal(error.helps.length, 1);
});

for (const [method, path] of [['GET', '/open-apis/none'], ['PUT', '/open-apis/task/v1/tasks/none/uncomplete'], ['GET', '/open-apis/report/v1/tasks/query'], ['GET', '/']]) {
  test(`${method} ${path} is no route`, async () => {
    const answer = await send(reflow.url, method, path);
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [404, 'text/plain', '404 page not found']);
  });
}
