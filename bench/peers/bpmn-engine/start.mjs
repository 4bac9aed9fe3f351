// node start.mjs URL INSTANCES [memory]: bpmn-engine behind a page of HTTP. POST /ID/first and POST /ID/second signal the user task of that name of an instance, one leads to the other and back;
// the state of the instance is in PostgreSQL before the answer. A call begins with that state and resumes it, as it must where a server has been restarted, where there are several, or where instances
// are more than its memory holds; with «memory» the engines of all instances are kept and what is saved is never read. It does not check who acts, knows no rollback but the way back that is drawn,
// keeps no history and nobody's list of tasks.
import { createServer } from 'node:http';
import { Engine } from 'bpmn-engine';
import pg from 'pg';
import { create, host, query, user } from '../database.mjs';

const { hostname, port } = new URL(process.argv[2]);
const source = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">
  <process id="purchase" isExecutable="true">
    <startEvent id="start" />
    <sequenceFlow id="begin" sourceRef="start" targetRef="first" />
    <userTask id="first" />
    <sequenceFlow id="agree" sourceRef="first" targetRef="second" />
    <userTask id="second" />
    <sequenceFlow id="back" sourceRef="second" targetRef="first" />
  </process>
</definitions>`;

const keeps = process.argv[4] === 'memory';
const database = keeps ? 'bpmn_memory' : 'bpmn';
await create(database);
await query(database, 'create table instance (id bigint primary key, state text not null)');
const pool = new pg.Pool({ host, user, database, max: 10 });
const save = (id, execution) => pool.query({
  name: 'save', text: 'insert into instance values ($1, $2) on conflict (id) do update set state = $2', values: [id, JSON.stringify(execution.getState())],
});

const kept = new Map();
for (let id = 0; id < Number(process.argv[3]); id++) {
  const execution = await new Engine({ name: `purchase ${id}`, source }).execute();
  if (keeps) kept.set(id, execution);
  await save(id, execution);
}

async function load(id) {
  if (keeps) return kept.get(id);
  const { rows: [row] } = await pool.query({ name: 'load', text: 'select state from instance where id = $1', values: [id] });
  return row && new Engine().recover(JSON.parse(row.state)).resume();
}

createServer(async (request, response) => {
  const [, id, task] = request.url.split('/');
  const execution = await load(Number(id));
  const waits = execution?.getPostponed().some(waiting => waiting.id === task);
  if (waits) {
    execution.signal({ id: task });
    await save(Number(id), execution);
  }
  const body = JSON.stringify(waits ? { code: 0 } : { code: 1, msg: 'no such task is waiting' });
  response.writeHead(waits ? 200 : 400, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
}).listen(port, hostname);
