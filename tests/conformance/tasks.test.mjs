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

const byUserId = { user_id_type: 'user_id' };
const ids = (items) => items.map((item) => item.id);
// All items of an SDK iterator: it goes on for as long as an answer has a page_token.
const all = async (iterator) => {
  const items = [];
  for await (const page of iterator) items.push(...page.items);
  return items;
};

test('list walks all pages, newest first, and narrows', async () => {
  const made = [];
  for (let i = 0; i < 5; i++) made.unshift((await create({ summary: `第${i}` })).id);
  const listed = ids(await all(await client.task.v1.task.listWithIterator({ params: { page_size: 2 } })));
  assert.deepEqual(listed.slice(0, 5), made);
  assert.equal(new Set(listed).size, listed.length);
  await client.task.v1.task.complete({ path: { task_id: made[1] } });
  const done = await all(await client.task.v1.task.listWithIterator({ params: { page_size: 1, task_completed: true } }));
  assert.ok(done.every((task) => task.complete_time !== '0') && ids(done).includes(made[1]));
  // The iterator drops false, plain list does not.
  const open = (await client.task.v1.task.list({ params: { page_size: 3, task_completed: false } })).data;
  assert.deepEqual([ids(open.items), open.has_more], [[made[0], made[2], made[3]], true]);
  const later = (await client.task.v1.task.list({ params: { start_create_time: '9999999999' } })).data;
  assert.deepEqual(later, { items: [], has_more: false });
  assertRefused(await thrown(client.task.v1.task.list({ params: { page_size: 101 } })), 400, 1470421, 'page_size exceed 100');
  assertRefused(await thrown(client.task.v1.task.list({ params: { page_token: 'LTE=' } })), 400, 1470422, 'failed to parse page_token');
});

test('patch changes what it names; delete is for good', async () => {
  const { id } = await create({ description: 'kept', due: { time: '4102444800' } });
  const patched = (await client.task.v1.task.patch({
    path: { task_id: id }, params: byUserId,
    data: { task: { summary: '新', collaborator_ids: ['manager'], repeat_rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' }, update_fields: ['summary', 'collaborator_ids', 'repeat_rule'] },
  })).data.task;
  assert.deepEqual([patched.summary, patched.description, patched.collaborators, patched.repeat_rule], ['新', 'kept', [{ id: 'manager' }], 'FREQ=MONTHLY;BYMONTHDAY=-1']);
  const refused = await thrown(client.task.v1.task.patch({ path: { task_id: id }, data: { task: { summary: '' }, update_fields: ['summary', 'origin'] } }));
  assertRefused(refused, 400, 1470425, 'update_fields include forbidden field');
  assert.deepEqual(await client.task.v1.task.delete({ path: { task_id: id } }), { code: 0, msg: 'success', data: {} });
  assertRefused(await thrown(client.task.v1.task.delete({ path: { task_id: id } })), 400, 1470433, 'todo has been deleted');
  assertRefused(await thrown(client.task.v1.task.get({ path: { task_id: id } })), 400, 1470602, 'Invalid task id.');
});

test('a task that repeats is followed by its copy, due at the next day of its rule', async () => {
  const { id } = await create({ summary: '每周', due: { time: '4102444800', timezone: 'America/New_York' }, repeat_rule: 'FREQ=WEEKLY;COUNT=2' });
  await client.task.v1.task.complete({ path: { task_id: id } });
  const [copy] = (await client.task.v1.task.list({ params: { page_size: 1 } })).data.items;
  assert.deepEqual([copy.summary, copy.due.time, copy.repeat_rule, copy.complete_time], ['每周', String(4102444800 + 7 * 86400), 'FREQ=WEEKLY;COUNT=1', '0']);
  assert.ok(!('repeat_rule' in (await get(id))));
});

for (const [role, resource, many] of [['collaborator', 'taskCollaborator', 'batchDeleteCollaborator'], ['follower', 'taskFollower', 'batchDeleteFollower']]) {
  test(`${role}s come, are listed page by page, and go`, async () => {
    const { id } = await create();
    const path = { task_id: id };
    const api = client.task.v1[resource];
    const added = (await api.create({ path, params: byUserId, data: { id: 'initiator', id_list: ['manager', 'finance'] } })).data;
    assert.deepEqual(added, { [role]: { id: 'initiator', id_list: ['initiator', 'manager', 'finance'] } });
    assert.deepEqual(ids(await all(await api.listWithIterator({ path, params: { ...byUserId, page_size: 2 } }))), ['initiator', 'manager', 'finance']);
    assert.deepEqual((await api.list({ path, params: byUserId })).data, { items: [{ id: 'initiator' }, { id: 'manager' }, { id: 'finance' }], has_more: false });
    assert.equal((await thrown(api.create({ path, params: byUserId, data: { id_list: ['manager'] } }))).data.code, role === 'follower' ? 1470430 : 1470431);
    assert.deepEqual(await api.delete({ path: { ...path, [`${role}_id`]: 'manager' }, params: byUserId }), { code: 0, msg: 'success', data: {} });
    assert.equal((await thrown(api.delete({ path: { ...path, [`${role}_id`]: 'manager' }, params: byUserId }))).status, 404);
    assert.deepEqual((await client.task.v1.task[many]({ path, params: byUserId, data: { id_list: ['finance', 'manager'] } })).data, { [`${role}s`]: ['finance'] });
    assert.deepEqual(ids((await api.list({ path, params: byUserId })).data.items), ['initiator']);
  });
}

test('reminders come, are listed and go', async () => {
  const { id } = await create({ due: { time: '4102444800' } });
  const path = { task_id: id };
  const api = client.task.v1.taskReminder;
  const made = [];
  for (const minutes of [30, 0, -15]) made.push((await api.create({ path, data: { relative_fire_minute: minutes } })).data.reminder);
  assert.deepEqual(made.map((reminder) => reminder.relative_fire_minute), [30, 0, -15]);
  assert.deepEqual(await all(await api.listWithIterator({ path, params: { page_size: 1 } })), made);
  assertRefused(await thrown(api.create({ path, data: { relative_fire_minute: 30 } })), 400, 1470420, 'already exists duplicate reminder time');
  await api.delete({ path: { ...path, reminder_id: made[0].id } });
  assert.deepEqual((await api.list({ path })).data, { items: made.slice(1), has_more: false });
  assertRefused(await thrown(api.delete({ path: { ...path, reminder_id: made[0].id } })), 404, 1470720, 'task reminder time not found');
  assertRefused(await thrown(api.create({ path: { task_id: (await create()).id }, data: { relative_fire_minute: 1 } })), 400, 1470419, 'task due time not set');
});

test('comments are written, replied to, listed either way, changed and deleted', async () => {
  const path = { task_id: (await create()).id };
  const api = client.task.v1.taskComment;
  // The official example sends a number.
  const first = (await api.create({ path, data: { content: '多喝水', rich_content: '[开放平台](https://open.example)', parent_id: 0 } })).data.comment;
  assert.deepEqual([first.content, first.rich_content, first.parent_id], ['开放平台', '[开放平台](https://open.example)', '0']);
  assert.match(first.id, /^\d{19}$/);
  assert.match(first.create_milli_time, /^\d{13}$/);
  const reply = (await api.create({ path, data: { content: '好', parent_id: first.id } })).data.comment;
  assert.equal(reply.parent_id, first.id);
  assert.deepEqual((await api.get({ path: { ...path, comment_id: first.id } })).data.comment, first);
  assert.deepEqual(ids(await all(await api.listWithIterator({ path, params: { page_size: 1 } }))), [first.id, reply.id]);
  assert.deepEqual(ids(await all(await api.listWithIterator({ path, params: { page_size: 1, list_direction: 1 } }))), [reply.id, first.id]);
  assert.equal((await api.update({ path: { ...path, comment_id: reply.id }, data: { content: '行' } })).data.comment.content, '行');
  await api.delete({ path: { ...path, comment_id: first.id } });
  assertRefused(await thrown(api.get({ path: { ...path, comment_id: first.id } })), 404, 1470733, 'comment not found');
  assert.deepEqual(ids((await api.list({ path })).data.items), [reply.id]);
});
