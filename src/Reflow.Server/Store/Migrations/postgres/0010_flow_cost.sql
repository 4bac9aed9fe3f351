-- What was rolled back or closed without an end is no finished task of its node: a step back must not walk over it.
drop index flow_task_of_node;
create index flow_task_of_node on flow_task (tenant, instance, node, done_by) where superseded = 0 and done_by is not null;

-- What is old enough is deleted with every new row of these; that must not read all the others.
create index token_of_end on token (tenant, expires_at);
create index idempotency_of_time on idempotency (tenant, at);
create index authorization_code_of_time on authorization_code (tenant, issued_at);
create index refresh_token_of_end on refresh_token (tenant, expires_at);
create index sign_in_of_end on sign_in (tenant, expires_at);

-- An app that is removed takes its tokens along.
create index refresh_token_of_app on refresh_token (tenant, app_id);

-- A flow is looked for by its API id when another is deployed.
create index flow_of_api_id on flow (tenant, api_id);

-- People are looked for by union id.
create index member_union_id on member (tenant, union_id);
