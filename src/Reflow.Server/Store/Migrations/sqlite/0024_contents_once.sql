-- Who wrote by which rule, and to whom, is the same for all that somebody writes by it, day after day, and was half of each report. It is kept once, under a digest of its text (which the server computes for SQLite).
create table report_content (
    tenant     text    not null,
    content_id text    not null,
    doc        text    not null,
    primary key (tenant, content_id)
) strict;
insert into report_content (tenant, content_id, doc)
    select tenant, report_content_id(doc), doc from (select distinct tenant, '{"rule_id":' || rule_id || ',"from":' || json_quote(user_id) || ',' || substr(doc, 2) as doc from report) r;

create table report_short (
    tenant     text    not null,
    report_id  integer not null,
    rule_id    integer not null,
    user_id    text    not null,
    origin     text,
    content_id text    not null,
    form       text    not null,
    primary key (tenant, report_id)
) strict;
insert into report_short (tenant, report_id, rule_id, user_id, origin, content_id, form)
    select tenant, report_id, rule_id, user_id, origin, report_content_id('{"rule_id":' || rule_id || ',"from":' || json_quote(user_id) || ',' || substr(doc, 2)), form
    from report order by tenant, report_id;
drop table report;
alter table report_short rename to report;
create unique index report_of_origin on report (tenant, origin) where origin is not null;
create index report_of_rule on report (tenant, rule_id, report_id);
create index report_of_submitter on report (tenant, user_id, report_id);
