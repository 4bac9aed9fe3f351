import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeaders, assertRefused, demo, sdk, send, startRecorder, startReflow, tenantToken, thrown } from './reflow.mjs';

let reflow;
let client;
let authorized;
before(async () => {
  reflow = await startReflow();
  client = sdk(reflow.url);
  authorized = { Authorization: `Bearer ${await tenantToken(reflow.url)}` };
});
after(() => reflow.stop());

const origin = { platform_i18n_name: '{"en_us":"Reflow","zh_cn":"回流"}', href: { url: 'https://demo.example/1', title: '来源' } };
const create = async (more = {}) => (await client.task.v1.task.create({ data: { summary: '取消完成', origin, ...more } })).data.task;
const get = async (id) => (await client.task.v1.task.get({ path: { task_id: id } })).data.task;
const act = (id, name, request = {}) => send(reflow.url, 'POST', `/open-apis/task/v1/tasks/${id}/${name}`, { ...request, headers: { ...authorized, ...request.headers } });

test('create answers the whole task, get the same', async () => {
  const asked = {
    summary: '准备汇报 📝', description: 'a\nb', extra: 'eyJhIjoxfQ==',
    due: { time: '1735689600', timezone: 'Asia/Shanghai', is_all_day: false },
    custom: '{"custom_complete":{"pc":{"href":"https://demo.example"}}}', can_edit: true, repeat_rule: 'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO',
  };
  const before = Math.floor(Date.now() / 1000);
  const task = await create(asked);
  const { id, create_time: created, update_time: updated, creator_id: creator, origin: from, ...rest } = task;
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.match(created, /^\d{10}$/);
  assert.ok(Number(created) >= before && Number(created) <= before + 60);
  assert.equal(updated, created);
  assert.match(creator, /^ou_[0-9a-f]{32}$/);
  assert.deepEqual(JSON.parse(from.platform_i18n_name), JSON.parse(origin.platform_i18n_name));
  assert.deepEqual(from.href, origin.href);
  assert.deepEqual(rest, { ...asked, complete_time: '0', source: 6, followers: [], collaborators: [] });
  assert.deepEqual(await get(id), task);
});

test('complete and uncomplete, seen by get', async () => {
  const { id } = await create();
  const done = await client.task.v1.task.complete({ path: { task_id: id } });
  assert.deepEqual(done, { code: 0, msg: 'success', data: {} });
  const { complete_time: first } = await get(id);
  assert.match(first, /^[1-9]\d{9}$/);
  assert.deepEqual(await client.task.v1.task.complete({ path: { task_id: id } }), { code: 0, msg: 'success', data: {} });
  assert.equal((await get(id)).complete_time, first);
  assert.deepEqual(await client.task.v1.task.uncomplete({ path: { task_id: id } }), { code: 0, msg: 'success', data: {} });
  assert.equal((await get(id)).complete_time, '0');
  assert.deepEqual(await client.task.v1.task.uncomplete({ path: { task_id: id } }), { code: 0, msg: 'success', data: {} });
});

// What the SDKs and samples of each language put into a call that needs no body.
const shapes = [
  ['Go: a content type and nothing', { headers: { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': '0', 'User-Agent': 'oapi-sdk-go/v3.2.2' } }],
  ['Node: {}', { headers: { 'content-type': 'application/json', 'user-agent': 'oapi-node-sdk/1.0.0' }, body: '{}' }],
  ['Python: no content type and nothing', { headers: { 'User-Agent': 'oapi-sdk-python/v1.3.5', Accept: '*/*' } }],
  ['RestSharp and Guzzle: null', { headers: { 'Content-Type': 'application/json' }, body: 'null' }],
  ['Java: an empty object of another kind', { headers: { 'Content-Type': 'application/json; charset=utf-8', 'User-Agent': 'oapi-sdk-java/v2.3.0' }, body: '{"unknown":[null,{"a":1}]}' }],
  ['curl -d "": a form and nothing', { headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' } }],
  ['spaces', { headers: { 'Content-Type': 'application/json' }, body: ' \r\n' }],
  ['a byte order mark', { headers: { 'Content-Type': 'application/json' }, body: '\uFEFF{}' }],
  ['chunks', { headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' } }],
];
for (const [name, request] of shapes) {
  test(`complete and uncomplete as sent by ${name}`, async () => {
    const { id } = await create();
    for (const [act_, done] of [['complete', true], ['uncomplete', false]]) {
      const answer = await act(id, act_, request);
      assertHeaders(answer);
      assert.deepEqual([answer.status, answer.text], [200, '{"code":0,"msg":"success","data":{}}']);
      assert.equal((await get(id)).complete_time !== '0', done);
    }
  });
}

test('an id of any spelling, escaped or not, is an unknown task', async () => {
  for (const id of ['a%2Fb', 'a%20b', 'x:1', '%C3%A9', "a'b", '%', '..%2f..']) assertRefused(await act(id, 'uncomplete'), 400, 1470602, 'Invalid task id.');
});

test('Python sends moments as numbers, and members that are null', async () => {
  const answer = await send(reflow.url, 'POST', '/open-apis/task/v1/tasks', {
    headers: { ...authorized, 'Content-Type': 'application/json' },
    body: JSON.stringify({ summary: 's', description: null, due: { time: 1735689600, timezone: null, is_all_day: null }, origin: { ...origin, href: null }, collaborator_ids: null, repeat_rule: null }),
  });
  assert.deepEqual(answer.json.data.task.due, { time: '1735689600', timezone: 'Asia/Shanghai', is_all_day: false });
  assert.deepEqual(answer.json.data.task.origin.href, {});
});

test('the SDK sends {} with a GET, and two slashes when its domain ends in one', async () => {
  const recorder = await startRecorder(reflow.url);
  try {
    const { id } = await create();
    const task = (await sdk(`${recorder.url}/`).task.v1.task.get({ path: { task_id: id }, params: { user_id_type: 'open_id' } })).data.task;
    assert.equal(task.id, id);
    const seen = recorder.requests.at(-1);
    assert.deepEqual([seen.method, seen.path, seen.body], ['GET', `//open-apis/task/v1/tasks/${id}?user_id_type=open_id`, '{}']);
  } finally {
    await recorder.stop();
  }
});

test('a user id type decides how people are named; an app has no user_id', async () => {
  const { id } = await create();
  const named = async (type) => (await client.task.v1.task.get({ path: { task_id: id }, params: { user_id_type: type } })).data.task;
  assert.match((await named('open_id')).creator_id, /^ou_/);
  assert.ok(!('creator_id' in (await named('user_id'))));
  const answer = await thrown(named('name'));
  const error = assertRefused(answer, 400, 99992402, 'field validation failed');
  assert.deepEqual([error.field_violations[0].field, error.field_violations[0].value], ['user_id_type', 'name']);
});

test('the SDK throws what is refused', async () => {
  for (const call of [client.task.v1.task.get, client.task.v1.task.complete, client.task.v1.task.uncomplete])
    assertRefused(await thrown(call({ path: { task_id: 'bb54ab99-d360-434f-bcaa-a4cc4c05840e' } })), 400, 1470602, 'Invalid task id.');
});

for (const [what, more, code, msg] of [
  ['no title', { summary: '' }, 1470416, 'Both summary and rich_summary are empty.'],
  ['a timezone that is none', { due: { time: '1735689600', timezone: 'Mars/Base' } }, 1470414, 'Invalid timezone.'],
  ['a platform name that is no JSON', { origin: { platform_i18n_name: 'Reflow' } }, 1470415, 'Invalid platform_i18n_name.'],
  ['a link of another kind', { origin: { ...origin, href: { url: 'ftp://demo.example' } } }, 1470436, 'Failed to parse url of origin, should start with http, https or applink.'],
  ['a repeat rule that is none', { due: { time: '1735689600' }, repeat_rule: 'WEEKLY' }, 1470434, 'Invalid repeat rule, please check the format.'],
  ['extra that is not base64', { extra: '***' }, 1470435, 'Failed to decode extra by base64.'],
]) {
  test(`create refuses ${what}`, async () => {
    assertRefused(await thrown(client.task.v1.task.create({ data: { summary: 's', origin, ...more } })), 400, code, msg);
  });
}

test('a parameter of the wrong type is named, one that is missing too', async () => {
  const wrong = await send(reflow.url, 'POST', '/open-apis/task/v1/tasks', { headers: authorized, body: '{"summary":7,"origin":{"platform_i18n_name":"{}"}}' });
  assertRefused(wrong, 400, 9499, 'Invalid parameter type in json: summary. Invalid parameter value: 7. Please check and modify accordingly.');
  const missing = await send(reflow.url, 'POST', '/open-apis/task/v1/tasks', { headers: authorized, body: '{"summary":"s"}' });
  const error = assertRefused(missing, 400, 99992402, 'field validation failed');
  assert.deepEqual(error.field_violations, [{ field: 'origin', value: '', description: 'origin is required' }]);
  const broken = await send(reflow.url, 'POST', '/open-apis/task/v1/tasks', { headers: authorized, body: '{"summary":' });
  assertRefused(broken, 400, 9499, 'Bad Request');
  assert.deepEqual(broken.json.data, {});
});

test("another app's open_id is told from an unknown one", async () => {
  const unknown = 'ou_00000000000000000000000000000000';
  assertRefused(await thrown(client.task.v1.task.create({ data: { summary: 's', origin, collaborator_ids: [unknown] } })), 400, 99992351, `these open ids not existed: [${unknown}]`);
});

test('complete and uncomplete of one task at once leave it in one of the two states', async () => {
  const { id } = await create();
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => act(id, i % 2 ? 'uncomplete' : 'complete')));
  for (const answer of answers) assert.ok(answer.json.code === 0 || answer.json.code === 1470451, answer.text);
  assert.match((await get(id)).complete_time, /^\d+$/);
});

test('the app with another scope alone cannot read tasks', async () => {
  const answer = await thrown(sdk(reflow.url, { app: demo.reportApp }).task.v1.task.get({ path: { task_id: 'none' } }));
  assert.equal(answer.data.code, 99991672);
});
