-- What can be searched of an item, beside what its row says: one row for each value, kept in the item's own transaction.
-- Texts and numbers have an index each; `folded` is the text without its case where that differs. A compound field's rows have a line.
create table item_fact (
    tenant text    not null,
    item   integer not null,
    field  text    not null,
    line   integer not null,
    at     integer not null,
    text   text,
    folded text,
    number real,
    primary key (tenant, item, field, line, at)
) strict, without rowid;
create index item_fact_text on item_fact (tenant, field, text, item, folded) where text is not null;
create index item_fact_number on item_fact (tenant, field, number, item) where number is not null;

-- A page of the newest items is a range of one of these, and so is their number.
create index work_item_by_update on work_item (tenant, project_key, type_key, is_aborted, updated_at, id, status, created_at, is_deleted) where is_deleted = 0;
create index work_item_by_status on work_item (tenant, project_key, type_key, is_aborted, status, updated_at, id, created_at, is_deleted) where is_deleted = 0;
drop index work_item_of_type;

-- Items from before have no facts yet: they get them when the server starts.
alter table work_item add column has_facts integer not null default 1 check (has_facts in (0, 1));
update work_item set has_facts = 0;
create index work_item_without_facts on work_item (tenant, id) where has_facts = 0;

-- What a plugin was given to get a user's token with: codes, and the tokens that renew it. Each is good once.
create table project_grant (
    tenant     text    not null,
    hash       text    not null,
    kind       text    not null check (kind in ('code', 'refresh')),
    plugin_id  text    not null,
    user_id    text    not null,
    expires_at integer not null,
    primary key (tenant, hash)
) strict, without rowid;
