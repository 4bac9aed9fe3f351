import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeaders, assertRefused, demo, sdk, send, startReflow, tenantToken, thrown } from './reflow.mjs';

const { initiator, manager, finance, director, legal } = demo.users;
const root = '/open-apis/apaas/v1';
const done = { code: 0, msg: 'success', data: {} };
let reflow;
let apaas;
let authorized;
before(async () => {
  reflow = await startReflow();
  apaas = sdk(reflow.url).apaas.v1;
  authorized = { Authorization: `Bearer ${await tenantToken(reflow.url)}` };
});
after(() => reflow.stop());

const raw = (path, body, headers = { 'Content-Type': 'application/json; charset=utf-8' }) =>
  send(reflow.url, 'POST', root + path, { headers: { ...authorized, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
const execute = async (amount, more = {}) =>
  (await apaas.applicationFlow.execute({
    path: { namespace: 'package_demo__c', flow_id: 'purchase' },
    data: { operator: JSON.stringify({ _id: Number(initiator) }), params: JSON.stringify({ amount, reason: '打印纸' }), ...more },
  })).data.execution_id;
const query = async (who, more = {}) =>
  (await apaas.userTask.query({ data: { type: 'pending', source: 'assignMe', limit: '50', offset: '0', kunlun_user_id: who, ...more } })).data;
const pending = async (instance, who) => (await query(who)).tasks.find((task) => task.workflow_instance.id === instance)?.task_id;
const agree = (task, who, more = {}) => apaas.approvalTask.agree({ path: { approval_task_id: task }, data: { user_id: who, ...more } });
const points = (task, who) => apaas.userTask.rollbackPoints({ path: { task_id: task }, data: { operator_user_id: who } });
const rollback = (task, who, to, opinion = '退回原因') =>
  apaas.userTask.rollback({ path: { task_id: task }, data: { operator_user_id: who, to_task_id: to, opinion } });
const status = async (instance) =>
  (await query(initiator, { type: 'archived', source: 'fromMe' })).tasks.find((task) => task.workflow_instance.id === instance)?.workflow_instance.status;
const refused = (answer) => assertRefused(answer, 400, 2320001, 'param is invalid');

test('a started flow answers its execution, and the list has it with every documented member', async () => {
  const begun = Date.now();
  const answer = await apaas.applicationFlow.execute({
    path: { namespace: 'package_demo__c', flow_id: 'purchase' },
    data: { is_async: false, loop_masks: [], operator: '{"_id":1001,"email":""}', params: '{"amount":500,"reason":"打印纸"}' },
  });
  assert.deepEqual([answer.code, answer.msg], [0, 'success']);
  const { execution_id: instance, out_params: out, ...rest } = answer.data;
  assert.match(instance, /^\d{16}$/);
  assert.ok(Number.isSafeInteger(Number(instance)));
  assert.equal(JSON.parse(out).find((one) => one.api_name === '_flowExecutionID').value, Number(instance));
  assert.equal(typeof rest.status, 'string');

  const { tasks, count } = await query(manager, { api_ids: ['package_demo__c__action_purchase'] });
  assert.match(count, /^[1-9]\d*$/);
  const { task_id: task, task_start_time: start, ...row } = tasks.find((one) => one.workflow_instance.id === instance);
  assert.match(task, /^\d{16}$/);
  assert.ok(Number(start) >= begun && Number(start) <= Date.now(), start);
  assert.deepEqual(row, {
    workflow_instance: {
      id: instance,
      label: [{ language_code: '2052', text: '采购审批' }, { language_code: '1033', text: 'Purchase approval' }],
      status: 'in_process',
    },
    initiator: { user_id: initiator, name: '林一' },
    summarys: row.summarys,
  });
  assert.deepEqual(row.summarys.map((one) => [one.file_key.text, one.file_value[0].text]), [['金额', '500'], ['事由', '打印纸']]);
  for (const one of row.summarys) {
    assert.equal(typeof one.file_key.language_code, 'string');
    assert.ok(Array.isArray(one.file_value));
  }
});

test('forward, back and forward again, until it is agreed', async () => {
  const instance = await execute(20000);
  const first = await pending(instance, manager);
  assert.deepEqual(await agree(first, manager, { opinion: '同意' }), done);
  const second = await pending(instance, director);
  const { code, msg, data } = await points(second, director);
  assert.deepEqual({ code, msg }, { code: 0, msg: 'success' });
  const start = data.tasks[0].id;
  assert.deepEqual(data.tasks, [
    { id: start, activity_label: [{ language_code: '2052', text: '发起' }, { language_code: '1033', text: 'Start' }], is_start: true },
    { id: first, activity_label: [{ language_code: '2052', text: '经理审批' }, { language_code: '1033', text: 'Manager' }], is_start: false },
  ]);

  assert.deepEqual(await rollback(second, director, first), done);
  assert.equal(await pending(instance, director), undefined);
  const again = await pending(instance, manager);
  assert.notEqual(again, first);
  assert.deepEqual((await points(again, manager)).data.tasks.map((point) => point.id), [start]);

  assert.deepEqual(await rollback(again, manager, start), done);
  const resubmit = await pending(instance, initiator);
  assert.ok(resubmit);
  for (const who of [initiator, manager, director]) assert.deepEqual(await agree(await pending(instance, who), who), done);
  assert.deepEqual(await agree(await pending(instance, legal), legal), done);
  assert.deepEqual(await agree(await pending(instance, finance), finance), done);
  for (const who of Object.values(demo.users)) assert.equal(await pending(instance, who), undefined);
  assert.equal(await status(instance), 'agreed');
});

test('going back before the fork undoes both branches', async () => {
  const instance = await execute(1);
  const first = await pending(instance, manager);
  await agree(first, manager);
  const [ours, theirs] = [await pending(instance, finance), await pending(instance, legal)];
  assert.ok(!(await points(ours, finance)).data.tasks.some((point) => point.id === theirs));
  await rollback(ours, finance, first);
  assert.equal(await pending(instance, finance), undefined);
  assert.equal(await pending(instance, legal), undefined, 'the fork lies behind the manager, so both branches are undone');
  await agree(await pending(instance, manager), manager);
  assert.ok(await pending(instance, finance) && await pending(instance, legal));
});

test('what cannot be done is refused as documented, and says why', async () => {
  const instance = await execute(1);
  const first = await pending(instance, manager);
  const start = (await points(first, manager)).data.tasks[0].id;
  const reasons = [];
  for (const answer of [
    thrown(points('1', manager)),
    thrown(points(first, finance)),
    thrown(rollback(first, manager, first)),
    thrown(rollback(first, manager, '1')),
    thrown(rollback(first, finance, start)),
    thrown(rollback(first, manager, start, ' ')),
    thrown(agree(first, finance)),
    thrown(apaas.approvalInstance.cancel({ path: { approval_instance_id: instance }, data: { user_id: manager, opinion: 'x' } })),
    thrown(apaas.approvalTask.transfer({ path: { approval_task_id: first }, data: { user_id: manager, to_user_ids: [] } })),
  ]) reasons.push(refused(await answer).message);
  assert.ok(reasons.every(Boolean), reasons.join('|'));
  await agree(first, manager);
  refused(await thrown(agree(first, manager)));
  refused(await thrown(rollback(first, manager, start)));
});

test('the same rollback twice is refused the second time', async () => {
  const instance = await execute(1);
  const first = await pending(instance, manager);
  const start = (await points(first, manager)).data.tasks[0].id;
  assert.deepEqual(await rollback(first, manager, start), done);
  refused(await thrown(rollback(first, manager, start)));
});

test('of many agreements at once one counts', async () => {
  const instance = await execute(1);
  const task = await pending(instance, manager);
  const answers = await Promise.all(Array.from({ length: 20 }, () => raw(`/approval_tasks/${task}/agree`, { user_id: manager })));
  assert.equal(answers.filter((answer) => answer.json.code === 0).length, 1);
  for (const answer of answers) if (answer.json.code !== 0) refused(answer);
  assert.ok(await pending(instance, finance));
});

test('reject ends it, cancel ends it, transfer hands it on, add_assignee asks one more', async () => {
  const rejected = await execute(1);
  assert.deepEqual(await apaas.approvalTask.reject({ path: { approval_task_id: await pending(rejected, manager) }, data: { user_id: manager, opinion: '不同意' } }), done);
  assert.equal(await status(rejected), 'rejected');

  const canceled = await execute(1);
  assert.deepEqual(await apaas.approvalInstance.cancel({ path: { approval_instance_id: canceled }, data: { user_id: initiator, opinion: '不需要了' } }), done);
  assert.equal(await status(canceled), 'canceled');

  const handed = await execute(1);
  const task = await pending(handed, manager);
  assert.deepEqual(await apaas.approvalTask.transfer({ path: { approval_task_id: task }, data: { user_id: manager, from_user_ids: [manager], to_user_ids: [director] } }), done);
  assert.deepEqual([await pending(handed, manager), await pending(handed, director)], [undefined, task]);
  assert.deepEqual(await apaas.approvalTask.addAssignee({ path: { approval_task_id: task }, data: { user_id: director, approvers: [legal], add_assignee_type: 'currentAndAddAssign', opinion: '' } }), done);
  assert.equal(await pending(handed, legal), task);
  assert.deepEqual(await agree(task, director), done);
  assert.equal(await pending(handed, finance), undefined);
  assert.deepEqual(await agree(task, legal), done);
  assert.ok(await pending(handed, finance));
});

test('cc, expediting and chat_group answer', async () => {
  const task = await pending(await execute(1), manager);
  const path = { task_id: task };
  assert.deepEqual(await apaas.userTask.cc({ path, data: { operator_user_id: manager, cc_user_ids: [legal] } }), done);
  assert.ok((await query(legal, { source: 'CCMe' })).tasks.some((one) => one.task_id === task));
  assert.deepEqual(await apaas.userTask.expediting({ path, data: { operator_user_id: initiator, expediting_user_ids: [manager], opinion: '请尽快' } }), done);
  const { code, data } = await apaas.userTask.chatGroup({ path, data: { operator_user_id: manager, invite_user_ids: [legal], chat_name: '采购' } });
  assert.equal(code, 0);
  assert.match(data.chat_id, /^oc_/);
});

test('the list is paged and counted in texts, and takes numbers too', async () => {
  for (let i = 0; i < 3; i++) await execute(1);
  const whole = await query(manager);
  assert.equal(whole.count, String(whole.tasks.length));
  const answer = await raw('/user_task/query', { type: 'pending', source: 'assignMe', limit: 2, offset: 1, kunlun_user_id: manager, start_time: null });
  assertHeaders(answer);
  assert.deepEqual(answer.json.data, { count: whole.count, tasks: whole.tasks.slice(1, 3) });
  assertRefused(await thrown(query(manager, { limit: '51' })), 400, 99992402, 'field validation failed');
});

test('Go leaves out what is not set, Python sends no content type, Java sends texts that are empty', async () => {
  const task = await pending(await execute(1), manager);
  const plain = { code: 0, msg: 'success', data: (await points(task, manager)).data };
  for (const [body, headers] of [
    [{ operator_user_id: manager }, { 'Content-Type': 'application/json; charset=utf-8', 'User-Agent': 'oapi-sdk-go/v3.2.2' }],
    [{ operator_user_id: manager }, {}],
    [{ operator_user_id: Number(manager) }, { 'Content-Type': 'application/json' }],
    [{ operator_user_id: manager, opinion: '', unknown: null }, { 'Content-Type': 'application/json; charset=utf-8', 'User-Agent': 'oapi-sdk-java/v2.3.0' }],
  ]) {
    const answer = await raw(`/user_tasks/${task}/rollback_points`, body, headers);
    assertHeaders(answer);
    assert.deepEqual(answer.json, plain, JSON.stringify(body));
  }
});

test('fields that must be there are named', async () => {
  const error = assertRefused(await raw('/user_tasks/1/rollback', {}), 400, 99992402, 'field validation failed');
  assert.deepEqual(error.field_violations.map((violation) => violation.field).sort(), ['operator_user_id', 'opinion', 'to_task_id']);
  for (const body of [undefined, null]) assertRefused(await raw('/user_tasks/1/rollback_points', body), 400, 99992402, 'field validation failed');
});

test('a repeated idempotent key is an error', async () => {
  await execute(1, { idempotent_key: 'once' });
  refused(await thrown(execute(1, { idempotent_key: 'once' })));
});
