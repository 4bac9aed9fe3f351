// node start.mjs URL [history]: Parse Server on PostgreSQL. A change of a task is a PUT of one field, which keeps no history; with `history`, a trigger adds a row of it.
import { createServer } from 'node:http';
import { create, host, query, tasks, user } from '../database.mjs';

process.env.PARSE_SERVER_LOGS_FOLDER = 'null';
const { ParseServer } = await import('parse-server');
const [url, history] = process.argv.slice(2);
const database = history ? 'parse_history' : 'parse';
await create(database);

const parse = new ParseServer({
  appId: 'bench',
  masterKey: 'bench',
  serverURL: url,
  databaseURI: `postgres://${user}@localhost/${database}`,
  databaseOptions: { host },
  logLevel: 'error',
  schema: {
    definitions: [
      { className: 'Task', fields: { done: { type: 'Boolean' }, summary: { type: 'String' } }, classLevelPermissions: { get: { '*': true }, update: { '*': true } } },
      { className: 'History', fields: { task: { type: 'String' }, done: { type: 'Boolean' } }, classLevelPermissions: {} },
    ],
  },
  cloud: history && (Parse => Parse.Cloud.afterSave('Task', ({ object }) => new Parse.Object('History').save({ task: object.id, done: object.get('done') }, { useMasterKey: true }))),
});
await parse.start();
await query(database, `insert into "Task" ("objectId", "createdAt", "updatedAt", done, summary) select n, now(), now(), false, 'Load' from generate_series(1, ${tasks}) n`, 'analyze');
createServer(parse.app).listen(new URL(url).port, '127.0.0.1');
