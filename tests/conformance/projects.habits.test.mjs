import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demo, send, startReflow } from './reflow.mjs';

// How public integrations write what they do not mean: v1 of the Go SDK sends every member, empty ones as null or zero; v2 leaves empty ones out; an
// automation tool sends every member, lists and objects empty. The same work, three times.
let reflow;
let as;
before(async () => {
  reflow = await startReflow();
  const answer = await call('POST', '/authen/plugin_token', { plugin_id: demo.plugin.id, plugin_secret: demo.plugin.secret, type: 0 }, {});
  as = { 'X-PLUGIN-TOKEN': answer.data.token, 'X-USER-KEY': demo.userKey };
});
after(() => reflow.stop());

async function call(method, path, body, headers = as) {
  const sent = await send(reflow.url, method, `/open_api${path}`, {
    headers: { 'Content-Type': 'application/json', ...headers }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.match(sent.headers['content-type'], /^application\/json/);
  return sent.json;
}

const schedule = { points: 1, estimate_start_date: 1722182400000, estimate_end_date: 1722355199999 };
const v1Schedule = (more) => ({ points: 0, estimate_start_date: 0, estimate_end_date: 0, owners: null, ...more });
const v1Operate = (more) => ({ action: '', rollback_reason: '', node_owners: null, node_schedule: v1Schedule(), schedules: null, fields: null, role_assignee: null, ...more });
const toolOperate = (more) => ({ action: '', rollback_reason: '', node_owners: [], node_schedule: {}, schedules: [], fields: [], role_assignee: [], ...more });
const pm = [{ role: 'PM', name: '', owners: [demo.userKey] }];
const link = [{ field_key: 'field_658c22', field_alias: '', field_value: '23333', field_type_key: 'text', target_state: { state_key: '', transition_id: 0 }, help_description: '' }];

const habits = {
  'SDK v1, every member, empty ones null or zero': {
    create: { work_item_type_key: 'story', template_id: 100001, name: '需求', field_value_pairs: null, required_mode: 0 },
    query: (item) => ({ work_item_ids: [item], fields: null, expand: { need_workflow: false, relation_fields_detail: false, need_multi_text: false, need_user_detail: false, need_sub_task_parent: false } }),
    flow: { fields: null, flow_type: 0, expand: { need_user_detail: false } },
    update: { ...v1Operate({ node_owners: [demo.userKey], role_assignee: pm }), action: undefined, rollback_reason: undefined },
    confirm: v1Operate({ action: 'confirm', node_schedule: v1Schedule(schedule), fields: link }),
    rollback: v1Operate({ action: 'rollback', rollback_reason: '任务回滚' }),
    subtask: { node_id: 'doing', name: '拆分', alias_key: '', assignee: null, role_assignee: null, schedule: null, note: '', field_value_pairs: null },
    search: { project_keys: null, simple_names: ['demo'], page_size: 0, page_num: 0, name: '', user_keys: null, status: 0, created_at: { start: 0, end: 0 } },
    records: (item) => ({ project_key: 'demo', work_item_ids: [item], start_from: '', operator: null, operator_type: null, source_type: null, source: null, operation_type: null, start: 0, end: 0, op_record_module: null, page_size: 0 }),
  },
  'SDK v2, empty members left out': {
    create: { work_item_type_key: 'story', template_id: 100001, name: '需求' },
    query: (item) => ({ work_item_ids: [item] }),
    flow: {},
    update: { node_owners: [demo.userKey], role_assignee: pm },
    confirm: { action: 'confirm', node_schedule: schedule, fields: [{ field_key: 'field_658c22', field_value: '23333' }] },
    rollback: { action: 'rollback', rollback_reason: '任务回滚' },
    subtask: { node_id: 'doing', name: '拆分' },
    search: { simple_names: ['demo'] },
    records: (item) => ({ project_key: 'demo', work_item_ids: [item] }),
  },
  'an automation tool, every member, empty lists and objects': {
    create: { work_item_type_key: 'story', template_id: '100001', name: '需求', field_value_pairs: [], required_mode: 0 },
    query: (item) => ({ work_item_ids: [`${item}`], fields: [], expand: {} }),
    flow: { fields: [], flow_type: 0, expand: {} },
    update: toolOperate({ node_owners: [demo.userKey], role_assignee: pm }),
    // Its empty list of owners takes all of them away, so it names them again.
    confirm: toolOperate({ action: 'confirm', node_owners: [demo.userKey], node_schedule: schedule, fields: link }),
    rollback: toolOperate({ action: 'rollback', rollback_reason: '任务回滚', node_owners: [demo.userKey] }),
    subtask: { node_id: 'doing', name: '拆分', assignee: [], role_assignee: [], schedule: {}, note: '', field_value_pairs: [] },
    search: { project_keys: [], simple_names: ['demo'], name: '', user_keys: [], created_at: {} },
    records: (item) => ({ project_key: 'demo', work_item_ids: [item], start_from: '', operator: [], operator_type: [], source_type: [], source: [], operation_type: [], op_record_module: [] }),
  },
};

for (const [who, habit] of Object.entries(habits)) {
  test(who, async () => {
    const ok = async (method, path, body) => {
      const answer = await call(method, path, body);
      assert.equal(answer.err_code, 0, `${method} ${path}: ${JSON.stringify(answer)}`);
      assert.deepEqual(answer.err, {});
      return answer;
    };
    const item = (await ok('POST', '/demo/work_item/create', habit.create)).data;
    const nodes = async () => (await ok('POST', `/demo/work_item/story/${item}/workflow/query`, habit.flow)).data.workflow_nodes;
    const stand = async () => (await nodes()).map((node) => node.status).join('');
    const operate = `/demo/workflow/story/${item}/node/doing/operate`;

    assert.equal((await ok('POST', '/demo/work_item/story/query', habit.query(item))).data[0].id, item);
    assert.ok((await ok('POST', `/demo/work_item/story/${item}/workflow/task`, habit.subtask)).data > 0);
    await ok('PUT', `/demo/workflow/story/${item}/node/doing`, habit.update);
    assert.deepEqual((await nodes())[1].owners, [demo.userKey]);

    const refused = await call('POST', operate, { ...habit.confirm, node_schedule: habit.rollback.node_schedule, fields: habit.rollback.fields });
    assert.deepEqual([refused.err_code, refused.err_msg], [20038, 'Estimates and schedules are required']);
    assert.deepEqual(refused.err.details.map((detail) => detail.kind), ['schedule', 'field']);

    assert.deepEqual(await ok('POST', operate, habit.confirm), { data: {}, err: {}, err_msg: '', err_code: 0 });
    assert.equal(await stand(), '332211');
    await ok('POST', operate, habit.rollback);
    assert.equal(await stand(), '321111');
    // What was filled stays filled through a rollback.
    const doing = (await nodes())[1];
    assert.deepEqual([doing.owners, doing.node_schedule.points, doing.fields[0].field_value], [[demo.userKey], 1, '23333']);

    const found = await ok('POST', '/work_item/subtask/search', habit.search);
    assert.ok(found.data.some((one) => one.work_item_id === item && one.sub_task.name === '拆分'));
    assert.equal(found.pagination.page_num, 1);
    const { op_records: records } = (await ok('POST', '/op_record/work_item/list', habit.records(item))).data;
    assert.ok(records.some((record) => record.operation_type === 'rollback' && record.operator === demo.userKey));
  });
}
