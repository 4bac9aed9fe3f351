// Five calls that move work forward and back again, made with Feishu's official SDK and with fetch where there is none.
//   node five-calls.mjs                       against http://127.0.0.1:7080
//   REFLOW_URL=http://… node five-calls.mjs   against another address
import { Client } from '@larksuiteoapi/node-sdk';

const url = (process.env.REFLOW_URL ?? 'http://127.0.0.1:7080').replace(/\/+$/, '');
// The demo workspace's app, plugin and people.
const app = { appId: 'cli_a1b2c3d4e5f60001', appSecret: 'ReflowDemoAppSecret00000000000001' };
const plugin = { plugin_id: 'MII_DEMO00000000001', plugin_secret: 'ReflowDemoPluginSecret00000000001' };
const [initiator, manager, finance] = ['1001', '1002', '1003'];
const userKey = '7000000000000001001';

const silent = () => {};
const feishu = new Client({ ...app, domain: url, logger: { fatal: silent, error: silent, warn: silent, info: silent, debug: silent, trace: silent } });

const title = (text) => console.log(`\n${text}`);
const say = (text) => console.log(`  ${text}`);
function expect(holds, what) {
  if (!holds) throw new Error(what);
}

/** The data of an answer; the SDK throws on a status that is not 2xx, and hands over a code that is not 0. */
async function data(call) {
  const { code, msg, data } = await call.catch((e) => e.response?.data ?? Promise.reject(e));
  expect(code === 0, `refused with ${code}: ${msg}`);
  return data;
}

/** A call of Feishu Project, which has an envelope of its own and no SDK for Node. */
async function project(path, body, headers) {
  const response = await fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (answer.err_code !== 0) throw Object.assign(new Error(`${path} is refused with ${answer.err_code}: ${answer.err?.msg}`), { refusal: answer.err });
  return answer.data;
}

async function approvals() {
  const { userTask, approvalTask, applicationFlow } = feishu.apaas.v1;
  const { execution_id: instance } = await data(applicationFlow.execute({
    path: { namespace: 'package_demo__c', flow_id: 'purchase' },
    data: { operator: JSON.stringify({ _id: Number(initiator) }), params: JSON.stringify({ amount: 500 }) },
  }));
  const pending = async (who) => {
    const query = { type: 'pending', source: 'assignMe', limit: '50', offset: '0', kunlun_user_id: who };
    const { tasks, count } = await data(userTask.query({ data: query }));
    return { count, own: tasks.find((task) => task.workflow_instance.id === instance) };
  };
  const agree = (task, who) => data(approvalTask.agree({ path: { approval_task_id: task.task_id }, data: { user_id: who, opinion: 'fine' } }));

  title('1. List the tasks that wait for someone (user_task/query)');
  const first = await pending(manager);
  expect(first.own, 'a purchase was started, so the manager should have a task');
  say(`${first.own.initiator.name} started purchase ${instance}; the manager has ${first.count} pending, among them ${first.own.task_id}`);
  await agree(first.own, manager);
  const second = await pending(finance);
  expect(second.own, 'the manager agreed, so finance should have a task');
  say(`the manager agreed; now finance has ${second.own.task_id}`);

  title('2. Roll a task back (rollback_points, rollback)');
  const path = { task_id: second.own.task_id };
  const { tasks: points } = await data(userTask.rollbackPoints({ path, data: { operator_user_id: finance } }));
  for (const point of points) say(`it can go back to ${point.id}: ${point.activity_label.map((label) => label.text).join(' / ')}${point.is_start ? ' (start)' : ''}`);
  const target = points.find((point) => !point.is_start);
  expect(target?.id === first.own.task_id, "the manager's task should be a rollback point");
  await data(userTask.rollback({ path, data: { operator_user_id: finance, to_task_id: target.id, opinion: 'which supplier?' } }));
  const again = await pending(manager);
  expect(again.own && again.own.task_id !== first.own.task_id, 'the manager should have a new task');
  expect(!(await pending(finance)).own, 'finance should have none');
  say(`rolled back: the manager has a new task ${again.own.task_id}, finance has none`);
  await agree(again.own, manager);
  const third = await pending(finance);
  expect(third.own, 'finance should have a task again');
  say(`the manager agreed again; finance has ${third.own.task_id}`);
}

async function nodes() {
  title('3. Confirm a node, roll it back (Feishu Project)');
  const { token } = await project('/open_api/authen/plugin_token', plugin);
  const as = { 'X-PLUGIN-TOKEN': token, 'X-USER-KEY': userKey };
  const item = await project('/open_api/demo/work_item/create', { work_item_type_key: 'story', template_id: 100001, name: 'Try Reflow' }, as);
  const operate = (node, body) => project(`/open_api/demo/workflow/story/${item}/node/${node}/operate`, body, as);
  const status = async () => {
    const { workflow_nodes: flow } = await project(`/open_api/demo/work_item/story/${item}/workflow/query`, {}, as);
    say(flow.map((node) => `${node.state_key} ${['', 'not started', 'in progress', 'completed'][node.status]}`).join(', '));
    return Object.fromEntries(flow.map((node) => [node.state_key, node.status]));
  };

  say(`story ${item}`);
  await status();
  const refused = await operate('doing', { action: 'confirm' }).then(() => undefined, (e) => e.refusal);
  expect(refused?.code === 20038, 'doing asks for a product manager, so a bare confirm should be refused');
  say(`confirm is refused at first: ${refused.msg}`);
  await operate('doing', {
    action: 'confirm',
    role_assignee: [{ role: 'PM', owners: [userKey] }],
    node_owners: [userKey],
    node_schedule: { points: 1, estimate_start_date: 1772409600000, estimate_end_date: 1772495999999 },
    fields: [{ field_key: 'field_658c22', field_value: 'https://sentry.demo.example/1' }],
  });
  const confirmed = await status();
  expect(confirmed.doing === 3 && confirmed.test === 2 && confirmed.docs === 2, 'doing should be completed, test and docs in progress');
  await operate('doing', { action: 'rollback', rollback_reason: 'not done yet' });
  const back = await status();
  expect(back.doing === 2 && back.test === 1 && back.docs === 1, 'doing should be in progress, test and docs not started');
}

async function reports() {
  title('4. Page through reports (report/v1/tasks/query)');
  let count = 0;
  for (let token = '', page = 1; ; page++) {
    const query = { commit_start_time: 1769875200, commit_end_time: 1772294399, page_token: token, page_size: 20 };
    const { items, has_more: more, page_token: next } = await data(feishu.report.v1.task.query({ data: query }));
    count += items.length;
    expect(items.length > 0, 'the demo workspace has reports from February 2026');
    say(`page ${page}: ${items.length} reports, the last one by ${items.at(-1).from_user_name} in ${items.at(-1).rule_name}`);
    if (!more) break;
    token = next;
  }
  say(`${count} reports`);
}

async function tasks() {
  title('5. Complete a task, un-complete it (task/v1)');
  const { create, complete, uncomplete, get } = feishu.task.v1.task;
  const { task } = await data(create({ data: { summary: 'Try Reflow', origin: { platform_i18n_name: '{"en_us":"Reflow sample"}' } } }));
  const path = { task_id: task.id };
  const completedAt = async () => (await data(get({ path }))).task.complete_time;

  await data(complete({ path }));
  const at = await completedAt();
  expect(at !== '0', 'the task should be complete');
  say(`task ${task.id} was completed at ${new Date(at * 1000).toISOString()}`);
  await data(uncomplete({ path }));
  expect(await completedAt() === '0', 'the task should be open again');
  say('and is open again');
}

try {
  await approvals();
  await nodes();
  await reports();
  await tasks();
  console.log('\nAll as expected.');
} catch (e) {
  const cause = e.cause?.code ?? e.code;
  console.error(`\nNot as expected: ${cause === 'ECONNREFUSED' ? `nothing answers at ${url}; start it with ./run.sh` : e.message}`);
  process.exitCode = 1;
}
