// What people grant in a real browser, used by the official SDK: every operation that takes a user token, with the user tokens of people who signed in and agreed.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { asUser, assertRefused, sdk, startRecorder, thrown } from '../conformance/reflow.mjs';
import { startBrowser } from './browser.mjs';

const scope = 'task:task task:comment report:task:readonly contact:contact:readonly contact:contact.base:readonly contact:user.employee_id:readonly offline_access';
const byUserId = { user_id_type: 'user_id' };
let browser, recorder, client, initiator, manager;

/** Signs a person in, agrees for them, and answers what the SDK exchanges the code for. */
async function grant(account) {
  await browser.context.clearCookies();
  await browser.withPage(async (page) => {
    await page.goto(browser.ask({ scope, prompt: 'consent', lang: 'en' }));
    await page.getByLabel('E-mail, mobile number or user ID').fill(account);
    await page.getByLabel('Password').fill('reflow-demo');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('Welcome back').waitFor();
  });
  return client.accessToken.retrieveByAuthorizationCode({ code: browser.site.arrived.at(-1).code, redirectUri: browser.site.redirect, codeVerifier: browser.verifier });
}

before(async () => {
  browser = await startBrowser();
  recorder = await startRecorder(browser.reflow.url);
  client = sdk(recorder.url, { oauthBaseUrl: recorder.url });
  initiator = asUser((await grant('initiator')).accessToken);
  manager = asUser((await grant('manager@demo.example')).accessToken);
});

after(async () => {
  await recorder?.stop();
  await browser?.stop();
});

const origin = { platform_i18n_name: '{"en_us":"Reflow"}' };
const create = async (more = {}, user = initiator) => (await client.task.v1.task.create({ params: byUserId, data: { summary: '我的', origin, ...more } }, user)).data.task;
const ids = (items) => items.map((item) => item.id);
const all = async (iterator) => {
  const items = [];
  for await (const page of iterator) items.push(...page.items);
  return items;
};

test('a person makes, reads, changes, completes, reopens and deletes tasks', async () => {
  const api = client.task.v1.task;
  const { id, creator_id: creator } = await create();
  const path = { task_id: id };
  assert.equal(creator, 'initiator');
  assert.equal((await api.get({ path, params: byUserId }, initiator)).data.task.creator_id, 'initiator');
  const patched = await api.patch({ path, data: { task: { summary: '新' }, update_fields: ['summary'] } }, initiator);
  assert.equal(patched.data.task.summary, '新');
  for (const act of ['complete', 'uncomplete']) {
    assert.equal((await api[act]({ path }, initiator)).code, 0);
    assert.equal((await api.get({ path }, initiator)).data.task.complete_time !== '0', act === 'complete');
  }
  assert.equal((await api.delete({ path }, initiator)).code, 0);
  assertRefused(await thrown(api.get({ path }, initiator)), 400, 1470602, 'Invalid task id.');
});

test('the list of a person, plain and through the iterator, has what is theirs and nothing else', async () => {
  const mine = [];
  for (let i = 0; i < 5; i++) mine.unshift((await create()).id);
  const shared = (await create({ collaborator_ids: ['manager'] })).id;
  const own = (await create({}, manager)).id;
  const walk = async (user) => ids(await all(await client.task.v1.task.listWithIterator({ params: { page_size: 2 } }, user)));
  const [first, second] = [await walk(initiator), await walk(manager)];
  assert.deepEqual(first.slice(0, 6), [shared, ...mine]);
  assert.deepEqual(second.slice(0, 2), [own, shared]);
  assert.ok(!first.includes(own) && !second.some((id) => mine.includes(id)));
  assert.deepEqual(ids((await client.task.v1.task.list({ params: { page_size: 2 } }, manager)).data.items), [own, shared]);
});

test("somebody else's task is out of reach until they are brought in", async () => {
  const path = { task_id: (await create()).id };
  assertRefused(await thrown(client.task.v1.task.get({ path }, manager)), 400, 1470432, 'have no permission to get task');
  await client.task.v1.taskFollower.create({ path, params: byUserId, data: { id_list: ['manager'] } }, initiator);
  assert.equal((await client.task.v1.task.get({ path }, manager)).code, 0);
});

for (const [role, resource, many] of [['collaborator', 'taskCollaborator', 'batchDeleteCollaborator'], ['follower', 'taskFollower', 'batchDeleteFollower']]) {
  test(`a person brings ${role}s in, lists them through the iterator, and takes them out`, async () => {
    const path = { task_id: (await create()).id };
    const api = client.task.v1[resource];
    await api.create({ path, params: byUserId, data: { id_list: ['manager', 'finance', 'legal'] } }, initiator);
    assert.deepEqual(ids(await all(await api.listWithIterator({ path, params: { ...byUserId, page_size: 2 } }, initiator))), ['manager', 'finance', 'legal']);
    await api.delete({ path: { ...path, [`${role}_id`]: 'finance' }, params: byUserId }, initiator);
    await client.task.v1.task[many]({ path, params: byUserId, data: { id_list: ['legal'] } }, initiator);
    assert.deepEqual(ids((await api.list({ path, params: byUserId }, initiator)).data.items), ['manager']);
  });
}

test('a person has reminders of a task, lists them through the iterator, and drops them', async () => {
  const path = { task_id: (await create({ due: { time: '4102444800' }, collaborator_ids: ['initiator'] })).id };
  const api = client.task.v1.taskReminder;
  const made = [];
  for (const minutes of [30, 60, 90]) made.push((await api.create({ path, data: { relative_fire_minute: minutes } }, initiator)).data.reminder.id);
  assert.deepEqual(ids(await all(await api.listWithIterator({ path, params: { page_size: 1 } }, initiator))), made);
  await api.delete({ path: { ...path, reminder_id: made[0] } }, initiator);
  assert.deepEqual(ids((await api.list({ path }, initiator)).data.items), made.slice(1));
});

test('people comment on a task, and only their own comments are theirs to change', async () => {
  const path = { task_id: (await create({ collaborator_ids: ['manager'] })).id };
  const api = client.task.v1.taskComment;
  const first = (await api.create({ path, params: byUserId, data: { content: '问' } }, initiator)).data.comment;
  const reply = (await api.create({ path, params: byUserId, data: { content: '答', parent_id: first.id } }, manager)).data.comment;
  assert.deepEqual([first.creator_id, reply.creator_id], ['initiator', 'manager']);
  assert.deepEqual(ids(await all(await api.listWithIterator({ path, params: { page_size: 1 } }, initiator))), [first.id, reply.id]);
  assert.equal((await api.update({ path: { ...path, comment_id: reply.id }, data: { content: '改' } }, manager)).data.comment.content, '改');
  assert.equal((await api.get({ path: { ...path, comment_id: reply.id } }, initiator)).data.comment.content, '改');
  assertRefused(await thrown(api.update({ path: { ...path, comment_id: reply.id }, data: { content: '不' } }, initiator)), 400, 1470404, 'be refused to create or update task');
  await api.delete({ path: { ...path, comment_id: first.id } }, initiator);
  assert.deepEqual(ids((await api.list({ path }, initiator)).data.items), [reply.id]);
});

test('a person queries reports page by page', async () => {
  const query = async (more, user) => (await client.report.v1.task.query({ data: { commit_start_time: 1769875200, commit_end_time: 1772294399, page_token: '', page_size: 20, ...more } }, user)).data;
  const seen = [];
  for (let token = '', more = true; more;) {
    const page = await query({ page_size: 7, page_token: token }, initiator);
    seen.push(...page.items.map((item) => item.task_id));
    ({ has_more: more, page_token: token } = page);
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual(seen.slice(0, 20), (await query({}, initiator)).items.map((item) => item.task_id));
});

test('what is for apps alone refuses a person', async () => {
  for (const call of [
    () => client.report.v1.rule.query({ params: { rule_name: '日报' } }, initiator),
    () => client.report.v1.ruleView.remove({ path: { rule_id: '1' }, data: {} }, initiator),
  ]) {
    const answer = await thrown(call());
    assertRefused(answer, 400, 99991668, answer.data.msg);
  }
});

test('a person sees people and departments', async () => {
  const { user, department } = client.contact.v3;
  const who = (await client.authen.v1.userInfo.get({}, initiator)).data;
  assert.deepEqual([who.name, who.user_id], ['林一', 'initiator']);
  assert.equal((await user.get({ path: { user_id: who.open_id } }, initiator)).data.user.name, '林一');
  assert.deepEqual((await user.batch({ params: { ...byUserId, user_ids: ['manager', 'initiator'] } }, initiator)).data.items.map((one) => one.user_id), ['manager', 'initiator']);
  const byDepartment = { department_id_type: 'department_id', page_size: 1 };
  const people = await all(await user.findByDepartmentWithIterator({ params: { ...byUserId, ...byDepartment, department_id: 'sales' } }, initiator));
  assert.deepEqual(people.map((one) => one.user_id), ['initiator', 'manager']);
  const below = await all(await department.childrenWithIterator({ path: { department_id: '0' }, params: { ...byDepartment, fetch_child: true } }, initiator));
  assert.deepEqual(below.map((one) => one.department_id), ['company', 'finance', 'legal', 'sales']);
  assert.equal((await department.get({ path: { department_id: 'sales' }, params: { department_id_type: 'department_id' } }, initiator)).data.department.name, '销售部');
  assert.deepEqual((await department.batch({ params: { department_ids: ['legal'], department_id_type: 'department_id' } }, initiator)).data.items.map((one) => one.name), ['法务部']);
});

test('a refreshed token acts for the same person', async () => {
  const granted = await grant('13800001002');
  const next = await client.accessToken.refresh({ refreshToken: granted.refreshToken });
  assert.notEqual(next.accessToken, granted.accessToken);
  assert.equal((await create({}, asUser(next.accessToken))).creator_id, 'manager');
});

// Last: what the contract says takes a user token was called with one above, and answered.
test('no operation that takes a user token was left out', async () => {
  const [, ...rows] = (await readFile(new URL('../../contract/operations.tsv', import.meta.url), 'utf8')).trim().split('\n').map((line) => line.split('\t'));
  const answered = recorder.requests.filter((request) => /^Bearer u-/.test(request.headers.authorization) && request.status === 200).map((request) => `${request.method} ${request.path.split('?')[0]}`);
  const left = rows
    .filter(([, , , path, tokens]) => path.startsWith('/open-apis/') && tokens.split(',').includes('user'))
    .filter(([, , method, path]) => !answered.some((call) => new RegExp(`^${method} ${path.replace(/:\w+/g, '[^/]+')}$`).test(call)));
  assert.deepEqual(left.map(([, operation]) => operation), []);
});
