-- Who wrote by which rule, and to whom, is the same for all that somebody writes by it, day after day, and was half of each report. It is kept once, under a digest of its text.
create table report_content (
    tenant     text collate "C" not null,
    content_id text collate "C" not null,
    doc        text collate "C" not null,
    primary key (tenant, content_id)
);
insert into report_content (tenant, content_id, doc)
    select tenant, left(encode(sha256(convert_to(doc, 'UTF8')), 'hex'), 32), doc from (select distinct tenant, '{"rule_id":' || rule_id || ',"from":' || to_json(user_id) || ',' || substr(doc, 2) as doc from report) r;

create table report_short (
    tenant     text collate "C" not null,
    report_id  bigint not null,
    rule_id    bigint not null,
    user_id    text collate "C" not null,
    origin     text collate "C",
    content_id text collate "C" not null,
    form       text collate "C" not null,
    primary key (tenant, report_id)
);
insert into report_short (tenant, report_id, rule_id, user_id, origin, content_id, form)
    select tenant, report_id, rule_id, user_id, origin, left(encode(sha256(convert_to('{"rule_id":' || rule_id || ',"from":' || to_json(user_id) || ',' || substr(doc, 2), 'UTF8')), 'hex'), 32), form
    from report order by tenant, report_id;
drop table report;
alter table report_short rename to report;
alter index report_short_pkey rename to report_pkey;
create unique index report_of_origin on report (tenant, origin) where origin is not null;
create index report_of_rule on report (tenant, rule_id, report_id);
create index report_of_submitter on report (tenant, user_id, report_id);
