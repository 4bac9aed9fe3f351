import pg from 'pg';

/** How many tasks each peer has; they are numbered from 1. */
export const tasks = 10_000;

/** Where PostgreSQL is: PGHOST and PGUSER say it, as they do to all its programs. */
export const { PGHOST: host, PGUSER: user } = process.env;

/** Runs statements in a database. */
export async function query(database, ...statements) {
  const client = new pg.Client({ host, user, database });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty database of this name. */
export const create = name => query('postgres', `drop database if exists ${name} with (force)`, `create database ${name}`);
