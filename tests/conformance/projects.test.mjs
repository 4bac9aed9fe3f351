import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeaders, demo, send, startReflow } from './reflow.mjs';

// Feishu Project has no official SDK for Node: these are the requests that its Go SDK, n8n node and samples send.
const json = { 'Content-Type': 'application/json' };
const succeeded = { data: {}, err: {}, err_msg: '', err_code: 0 };
let reflow;
let as;
before(async () => {
  reflow = await startReflow();
  as = { 'X-PLUGIN-TOKEN': await pluginToken(), 'X-USER-KEY': demo.userKey };
});
after(() => reflow.stop());

const post = (path, body, headers = as) => send(reflow.url, 'POST', `/open_api${path}`, { headers: { ...json, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
const pluginToken = async () => (await post('/authen/plugin_token', { plugin_id: demo.plugin.id, plugin_secret: demo.plugin.secret, type: 0 }, {})).json.data.token;
const create = async (more = {}) => (await post('/demo/work_item/create', { work_item_type_key: 'story', template_id: 100001, name: '需求', ...more })).json.data;
const operate = (item, node, body, headers) => post(`/demo/workflow/story/${item}/node/${node}/operate`, body, headers);
const flow = async (item) => (await post(`/demo/work_item/story/${item}/workflow/query`, {})).json.data;
const statuses = async (item) => Object.fromEntries((await flow(item)).workflow_nodes.map((node) => [node.state_key, node.status]));
const schedule = { points: 1, estimate_start_date: 1722182400000, estimate_end_date: 1722355199999 };
const ready = {
  action: 'confirm', role_assignee: [{ role: 'PM', owners: [demo.userKey] }], node_owners: [demo.userKey], node_schedule: schedule,
  fields: [{ field_alias: 'sentry_link', field_key: 'field_658c22', field_type_key: 'text', field_value: '23333' }],
};

function refused(answer, status, code, short, detail) {
  assertHeaders(answer);
  const { err, err_msg: message, err_code: number } = answer.json;
  assert.deepEqual({ status: answer.status, number, message, code: err.code, detail: err.msg }, { status, number: code, message: short, code, detail });
}

test('a plugin token comes in the envelope of its own, and in the usual one', async () => {
  const answer = await post('/authen/plugin_token', { plugin_id: demo.plugin.id, plugin_secret: demo.plugin.secret, type: 0 }, {});
  assertHeaders(answer);
  const { data, error, err_code: code } = answer.json;
  assert.equal(typeof data.token, 'string');
  assert.ok(Number.isInteger(data.expire_time) && data.expire_time > 600 && data.expire_time <= 7200);
  assert.equal(error.code, 0);
  assert.equal(code, 0);
  assert.equal(await pluginToken(), data.token);
});

test('an item is made, and its flow has every documented member', async () => {
  const item = await create();
  assert.ok(Number.isSafeInteger(item) && item > 0);
  const { workflow_nodes: nodes, connections, template_id: template } = await flow(item);
  assert.equal(template, 100001);
  assert.deepEqual(nodes.map((node) => [node.state_key, node.status]), [['start', 3], ['doing', 2], ['test', 1], ['docs', 1], ['release', 1], ['end', 1]]);
  for (const [from, to] of [['start', 'doing'], ['doing', 'test'], ['doing', 'docs'], ['test', 'release'], ['docs', 'release'], ['release', 'end']])
    assert.ok(connections.some((one) => one.source_state_key === from && one.target_state_key === to), `${from} -> ${to}`);
  const doing = nodes.find((node) => node.state_key === 'doing');
  assert.equal(doing.id, 'doing');
  assert.equal(doing.name, '开发');
  assert.match(doing.actual_begin_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
  assert.equal(doing.actual_finish_time, '');
  for (const list of ['fields', 'owners', 'schedules', 'sub_tasks', 'role_assignee', 'sub_status']) assert.ok(Array.isArray(doing[list]), list);
});

test("confirm, then the seed's own rollback", async () => {
  const item = await create();
  const confirmed = await operate(item, 'doing', ready);
  assertHeaders(confirmed);
  assert.deepEqual([confirmed.status, confirmed.json], [200, succeeded]);
  assert.deepEqual(await statuses(item), { start: 3, doing: 3, test: 2, docs: 2, release: 1, end: 1 });
  const back = await operate(item, 'doing', {
    action: 'rollback', rollback_reason: '任务回滚', node_schedule: schedule, role_assignee: [{ owners: [], role: 'PM' }],
    fields: [{ field_alias: 'sentry_link', field_key: 'field_658c22', field_type_key: 'text', field_value: '23333' }],
  });
  assert.deepEqual([back.status, back.json], [200, succeeded]);
  assert.deepEqual(await statuses(item), { start: 3, doing: 2, test: 1, docs: 1, release: 1, end: 1 });
  const doing = (await flow(item)).workflow_nodes.find((node) => node.state_key === 'doing');
  assert.deepEqual([doing.node_schedule.points, doing.node_schedule.estimate_start_date, doing.node_schedule.estimate_end_date], [1, 1722182400000, 1722355199999]);
  assert.equal(doing.actual_finish_time, '');
  refused(await operate(item, 'doing', { action: 'confirm' }), 400, 20038, 'This role info is mandatory', 'role 产品经理(PM) Required');
});

test('each refusal of operate, in the order in which it is looked for', async () => {
  const item = await create();
  const missing = 'Missing Param，action || rollBackReason is nil';
  refused(await operate(item, 'doing', {}), 400, 20005, 'Missing Param', missing);
  refused(await operate(item, 'doing', { action: 'rollback' }), 400, 20005, 'Missing Param', missing);
  refused(await operate(item, 'doing', { action: 'rollback', rollback_reason: '' }), 400, 20005, 'Missing Param', missing);
  refused(await operate(1, 'doing', ready), 404, 30005, 'WorkItem Not Found', 'WorkItem Not Found');
  refused(await operate('x', 'doing', ready), 404, 30005, 'WorkItem Not Found', 'WorkItem Not Found');
  refused(await operate(item, encodeURIComponent('开发'), ready), 400, 20018, 'Node ID Not Exist In Workflow', 'Node ID Not Exist In Workflow');
  refused(await operate(item, 'release', { action: 'confirm' }), 400, 20016, 'Node Is Not Arrived', 'Node Is Not Arrived');
  refused(await operate(item, 'start', { action: 'confirm' }), 400, 20017, 'Node Is Completed', 'Node Is Completed');
  assert.equal((await operate(item, 'doing', { action: 'rollback', rollback_reason: 'x' })).json.err_code, 20037);

  const without = (member) => ({ ...ready, [member]: undefined });
  refused(await operate(item, 'doing', without('role_assignee')), 400, 20038, 'This role info is mandatory', 'role 产品经理(PM) Required');
  refused(await operate(item, 'doing', without('node_owners')), 400, 20038, 'Person in charge is required', 'Owner Required');
  refused(await operate(item, 'doing', without('node_schedule')), 400, 20038, 'Estimates and schedules are required', '开发 估分and schedule required');
  refused(await operate(item, 'doing', without('fields')), 400, 20038, 'Param missing', '开发(field_658c22) Required');
  refused(await operate(item, 'doing', { ...ready, fields: [{ field_alias: 'testin_allow', field_value: 1 }] }), 404, 30009, 'Field Not Found', 'field_value_pairs field alias testin_allow:can not find field');
  refused(await operate(item, 'doing', { ...ready, role_assignee: [{ role: 'none', owners: [] }] }), 400, 20041, 'Field RoleOwner Must Be Set In FieldValuePairs', 'Role owner do not exist in DB and request');
  refused(await operate(item, 'doing', { ...ready, fields: [{ field_key: 'field_priority', field_value: 'p9' }] }), 400, 20050, 'Field Option Value Is Wrong', 'Due to the administrator configuration update');
  refused(await operate(item, 'doing', { ...ready, fields: [...ready.fields, { field_key: 'field_budget', field_value: 1 }] }), 500, 50006, 'No right to edit', 'Unable to edit 预算 (field_budget)');
  assert.deepEqual((await statuses(item)).doing, 2);
  assert.deepEqual((await operate(item, 'doing', ready)).json, succeeded);
  refused(await operate(item, 'doing', ready), 400, 20017, 'Node Is Completed', 'Node Is Completed');
});

test('what is refused stores nothing of what came with it', async () => {
  const item = await create();
  const before = await flow(item);
  await operate(item, 'doing', { ...ready, node_schedule: undefined });
  assert.deepEqual(await flow(item), before);
});

test("Go's SDK v1 sends what is not set as null, empty or 0", async () => {
  const item = await create({ field_value_pairs: null, required_mode: 0 });
  const unset = { node_owners: null, node_schedule: null, schedules: null, fields: null, role_assignee: null, node_fields: null, finished_infos: null };
  assert.deepEqual((await operate(item, 'doing', { ...unset, ...ready, rollback_reason: '', schedules: null })).json, succeeded);
  assert.deepEqual((await operate(item, 'doing', { ...unset, action: 'rollback', rollback_reason: 'again' })).json, succeeded);
  const doing = (await flow(item)).workflow_nodes.find((node) => node.state_key === 'doing');
  assert.deepEqual(doing.owners, [demo.userKey]);
  assert.deepEqual((await operate(item, 'doing', { ...unset, action: 'confirm', rollback_reason: '' })).json, succeeded);
});

test("the n8n node's usual body clears the owners and nothing else", async () => {
  const item = await create();
  const usual = { node_owners: [], node_schedule: {}, schedules: [], fields: [], role_assignee: [] };
  await operate(item, 'doing', ready);
  await operate(item, 'doing', { action: 'rollback', rollback_reason: 'again', ...usual });
  refused(await operate(item, 'doing', { action: 'confirm', ...usual }), 400, 20038, 'Person in charge is required', 'Owner Required');
  const doing = (await flow(item)).workflow_nodes.find((node) => node.state_key === 'doing');
  assert.deepEqual(doing.owners, []);
  assert.equal(doing.node_schedule.points, 1);
});

test('the space goes by its key or its simple name, an id by number or text, a header by any case', async () => {
  const item = await create();
  const path = (space) => `/${space}/work_item/story/query`;
  for (const [space, ids, headers] of [
    ['demo', [item], as],
    [demo.project, [String(item)], { 'x-plugin-token': as['X-PLUGIN-TOKEN'], 'x-user-key': demo.userKey }],
  ]) {
    const { err_code: code, data } = (await post(path(space), { work_item_ids: ids }, headers)).json;
    assert.equal(code, 0);
    assert.deepEqual([data[0].id, data[0].work_item_type_key, data[0].project_key], [item, 'story', demo.project]);
  }
});

for (const [what, headers, status, code] of [
  ['no token', { 'X-USER-KEY': demo.userKey }, 401, 10021],
  ['a token that is none', { 'X-PLUGIN-TOKEN': 'p-none', 'X-USER-KEY': demo.userKey }, 403, 10211],
]) {
  test(`${what} is ${code}`, async () => {
    const answer = await operate(1, 'doing', ready, headers);
    assertHeaders(answer);
    assert.deepEqual([answer.status, answer.json.err_code, answer.json.err.code], [status, code, code]);
  });
}

test('a token without a user key is 20039, with an unknown one 20042', async () => {
  const { 'X-PLUGIN-TOKEN': token } = as;
  assert.equal((await operate(1, 'doing', ready, { 'X-PLUGIN-TOKEN': token })).json.err_code, 20039);
  assert.equal((await operate(1, 'doing', ready, { 'X-PLUGIN-TOKEN': token, 'X-USER-KEY': '1' })).json.err_code, 20042);
});

test('a key for one write is not taken twice', async () => {
  const item = await create();
  const once = { ...as, 'X-IDEM-UUID': 'once' };
  assert.equal((await operate(item, 'doing', ready, once)).json.err_code, 0);
  const again = await operate(item, 'doing', ready, once);
  assert.deepEqual([again.status, again.json.err_code], [429, 10430]);
});

test('many confirmations at once: one holds, the others are told why', async () => {
  const item = await create();
  const answers = await Promise.all(Array.from({ length: 20 }, () => operate(item, 'doing', ready)));
  const codes = answers.map((answer) => answer.json.err_code);
  assert.equal(codes.filter((code) => code === 0).length, 1, codes.join());
  for (const [i, code] of codes.entries()) {
    if (code === 50006) refused(answers[i], 500, 50006, 'The current workflow is in transition', 'Node workflow transitioning');
    else assert.ok(code === 0 || code === 20017, answers[i].text);
  }
  assert.deepEqual(await statuses(item), { start: 3, doing: 3, test: 2, docs: 2, release: 1, end: 1 });
});

test('a join waits for every branch, and a rollback before it resets both', async () => {
  const item = await create();
  await operate(item, 'doing', ready);
  refused(await operate(item, 'docs', { action: 'confirm' }), 400, 20038, 'Required Field Is Not Set', 'Milestone due time is required');
  assert.deepEqual((await operate(item, 'docs', { action: 'confirm', node_schedule: schedule, fields: [{ field_key: 'field_ready', field_value: true }] })).json, succeeded);
  assert.deepEqual(await statuses(item), { start: 3, doing: 3, test: 2, docs: 3, release: 1, end: 1 });
  assert.deepEqual((await operate(item, 'doing', { action: 'rollback', rollback_reason: 'again' })).json, succeeded);
  assert.deepEqual(await statuses(item), { start: 3, doing: 2, test: 1, docs: 1, release: 1, end: 1 });
});
