import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeaders, assertRefused, demo, sdk, send, startReflow, tenantToken, thrown } from './reflow.mjs';

let reflow;
let client;
let authorized;
const admin = 'reports-conformance';
before(async () => {
  process.env.REFLOW_ADMIN_TOKEN = admin;
  reflow = await startReflow();
  client = sdk(reflow.url);
  authorized = { Authorization: `Bearer ${await tenantToken(reflow.url)}` };
});
after(() => reflow.stop());

const rule = '7591675959233997056';
const february = { commit_start_time: 1769875200, commit_end_time: 1772294399 };
const all = { ...february, page_token: '', page_size: 20 };
const query = (data, params) => client.report.v1.task.query({ data: { ...all, ...data }, params });
// What a client sends that builds its body from text or 64-bit numbers.
const raw = (body) => send(reflow.url, 'POST', '/open-apis/report/v1/tasks/query', { headers: { ...authorized, 'Content-Type': 'application/json; charset=utf-8' }, body });

async function pages(size, more = {}) {
  const seen = [];
  for (let token = ''; ; ) {
    const { code, msg, data } = await query({ ...more, page_size: size, page_token: token });
    assert.deepEqual({ code, msg }, { code: 0, msg: 'success' });
    seen.push(data);
    if (!data.has_more) return seen;
    token = data.page_token;
  }
}

test('pages follow one another without a gap or a repetition, and the last one has no token', async () => {
  const whole = (await pages(20)).flatMap((page) => page.items);
  assert.equal(whole.length, 40);
  for (const size of [1, 7, 20]) {
    const found = await pages(size);
    assert.deepEqual(found.flatMap((page) => page.items), whole);
    for (const page of found.slice(0, -1)) {
      assert.equal(page.items.length, size);
      assert.equal(page.page_token, page.items.at(-1).task_id);
    }
    assert.ok(!('page_token' in found.at(-1)));
  }
  const times = whole.map((item) => item.commit_time);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  assert.equal(new Set(whole.map((item) => item.task_id)).size, 40);
});

test('a report has the documented members and types', async () => {
  const [first] = (await query()).data.items;
  const { task_id: id, from_user_id: from, to_user_ids: to, department_ids: departments, form_contents: contents, ...rest } = first;
  assert.match(id, /^\d{19}$/);
  assert.match(from, /^ou_[0-9a-f]{32}$/);
  assert.match(departments[0], /^od-[0-9a-f]{32}$/);
  assert.equal(to.length, rest.to_user_names.length);
  for (const one of to) assert.match(one, /^ou_[0-9a-f]{32}$/);
  assert.deepEqual(rest, {
    rule_id: rule, rule_name: '日报', from_user_name: '张三', department_name: '财务部', commit_time: 1770025834, to_user_names: rest.to_user_names,
  });
  for (const field of contents) {
    assert.deepEqual(Object.keys(field).sort(), ['field_id', 'field_name', 'field_value']);
    for (const value of Object.values(field)) assert.equal(typeof value, 'string');
  }
  assert.equal(contents.find((field) => field.field_name === '工时').field_value, '9');
  assert.equal(contents.find((field) => field.field_name === '附件').field_value, '');
});

test('filters: submitter, rule, seconds at both ends', async () => {
  const [first, second] = (await query()).data.items;
  const own = (await pages(20, { user_id: first.from_user_id })).flatMap((page) => page.items);
  assert.equal(own.length, 10);
  assert.ok(own.every((item) => item.from_user_id === first.from_user_id));
  assert.equal((await pages(20, { rule_id: rule })).flatMap((page) => page.items).length, 40);
  const moment = { commit_start_time: first.commit_time, commit_end_time: first.commit_time };
  assert.deepEqual((await query(moment)).data, { has_more: false, items: [first] });
  assert.deepEqual((await query({ commit_start_time: first.commit_time + 1, commit_end_time: second.commit_time - 1 })).data, { has_more: false, items: [] });
});

test('a user id type decides how people are named', async () => {
  const [byUser] = (await query({}, { user_id_type: 'user_id' })).data.items;
  assert.equal(byUser.from_user_id, 'finance');
  const withheld = (await sdk(reflow.url, { app: demo.reportApp }).report.v1.task.query({ data: all, params: { user_id_type: 'user_id' } })).data.items[0];
  assert.ok(!('from_user_id' in withheld) && !('to_user_ids' in withheld));
  assert.equal(withheld.from_user_name, '张三');
});

for (const [what, body] of [
  ["the page's own sample: a number for the rule", `{"page_token":"","commit_start_time":1769875200,"commit_end_time":1772294399,"page_size":10,"rule_id":${rule}}`],
  ['numbers as texts', `{"page_token":"","commit_start_time":"1769875200","commit_end_time":"1772294399","page_size":"10","rule_id":"${rule}"}`],
  ['null, empty and 0 for no filter', '{"page_token":"","commit_start_time":1769875200,"commit_end_time":1772294399,"page_size":10,"rule_id":0,"user_id":null}'],
  ['0 for the page size', '{"page_token":"","commit_start_time":1769875200,"commit_end_time":1772294399,"page_size":0,"user_id":""}'],
]) {
  test(`the query takes ${what}`, async () => {
    const answer = await raw(body);
    assertHeaders(answer);
    assert.equal(answer.json.code, 0, answer.text);
    assert.ok(answer.json.data.items.length >= 10);
  });
}

for (const [what, more, code, msg] of [
  ['a page too large', { page_size: 21 }, 1430002, 'page size   invalid'],
  ['a page below nothing', { page_size: -1 }, 1430002, 'page size   invalid'],
  ['an unknown rule', { rule_id: '6969410005221015580' }, 1430003, 'rule  not exist'],
  ['an unknown submitter', { user_id: 'ou_00000000000000000000000000000000' }, 99992351, 'these open ids not existed: [ou_00000000000000000000000000000000]'],
]) {
  test(`the query refuses ${what}`, async () => {
    assertRefused(await thrown(query(more)), 400, code, msg);
  });
}

for (const [what, body, fields] of [
  ['no page_token', '{"commit_start_time":1,"commit_end_time":2,"page_size":10}', ['page_token']],
  ['nothing', undefined, ['commit_start_time', 'commit_end_time', 'page_token', 'page_size']],
  ['milliseconds', '{"page_token":"","commit_start_time":1769875200000,"commit_end_time":1772294399000,"page_size":10}', ['commit_start_time', 'commit_end_time']],
]) {
  test(`the query names the fields at fault: ${what}`, async () => {
    const error = assertRefused(await raw(body), 400, 99992402, 'field validation failed');
    assert.deepEqual(error.field_violations.map((violation) => violation.field).sort(), [...fields].sort());
    for (const violation of error.field_violations) assert.equal(typeof violation.value, 'string');
  });
}

test('rules are found by name', async () => {
  const { code, data } = await client.report.v1.rule.query({ params: { rule_name: '日报' } });
  assert.equal(code, 0);
  assert.equal(data.rules.length, 1);
  const [found] = data.rules;
  assert.deepEqual([found.rule_id, found.name, found.is_deleted], [rule, '日报', 0]);
  assert.deepEqual(found.form_schema[0], { name: '今日工作', type: 'text' });
  assert.deepEqual(found.to_leaders, [0]);
});

async function control(method, path, body) {
  const answer = await send(reflow.url, method, `/reflow/v1/tenants/736588c9260f175d/reports${path}`, {
    headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.equal(answer.json.code, 0, answer.text);
  return answer.json.data;
}

const newRule = (name) =>
  control('POST', '/rules', { operator_user_id: 'director', name, fields: [{ name: '今日工作', type: 'text', required: true }], to: { leaders: [0] } });

test('what is submitted is there at once, and pages that have begun go on to it', async () => {
  const { rule_id } = await newRule('合规日报');
  const submit = async (text) => (await control('POST', '', { operator_user_id: 'initiator', rule_id, contents: { 今日工作: text } })).report_id;
  const ids = [await submit('一'), await submit('二'), await submit('三')];
  const window = { commit_start_time: 0, commit_end_time: 4000000000, rule_id, page_size: 2 };
  const first = (await query(window)).data;
  assert.deepEqual(first.items.map((item) => item.task_id), ids.slice(0, 2));
  assert.equal(first.items[0].form_contents[0].field_value, '一');
  ids.push(await submit('四'));
  await control('POST', `/${ids[1]}/recall`, { operator_user_id: 'initiator' });
  const second = (await query({ ...window, page_token: first.page_token })).data;
  assert.deepEqual(second.items.map((item) => item.task_id), ids.slice(2));
  assert.equal(second.has_more, false);
});

test('a rule that is made is found, its boards are removed, and a retired one is found when deleted ones are asked for', async () => {
  const { rule_id } = await newRule('合规周报');
  const find = async (more) => (await client.report.v1.rule.query({ params: { rule_name: '合规周报', user_id_type: 'user_id', ...more } })).data.rules;
  const [found] = await find();
  assert.deepEqual([found.rule_id, found.creator_user_id, found.form_schema], [rule_id, 'director', [{ name: '今日工作', type: 'text' }]]);
  await control('POST', `/rules/${rule_id}/views`, { operator_user_id: 'director', user_ids: ['manager', 'legal'] });
  const removed = await client.report.v1.ruleView.remove({ path: { rule_id }, params: { user_id_type: 'user_id' }, data: { user_ids: ['legal'] } });
  assert.deepEqual([removed.code, removed.data], [0, {}]);
  assert.deepEqual((await control('GET', `/rules/${rule_id}/views`)).user_ids, ['manager']);
  await control('POST', `/rules/${rule_id}/retire`, { operator_user_id: 'director' });
  assert.deepEqual(await find(), []);
  assert.deepEqual((await find({ include_deleted: 1 })).map((rule) => rule.is_deleted), [1]);
});
