-- Signing in, granting, and what an app may see.

-- The last four are JSON lists; '["*"]' is all. A store app's ticket is what it shows for its app token.
alter table app add column kind text collate "C" not null default 'self_built' check (kind in ('self_built', 'store'));
alter table app add column enabled bigint not null default 1;
alter table app add column installed bigint not null default 1;
alter table app add column refreshes bigint not null default 1;
alter table app add column ticket text collate "C";
alter table app add column available_to text collate "C" not null default '["*"]';
alter table app add column contacts text collate "C" not null default '["*"]';

-- What the user granted; null is all that the app may do. A revoked token is dead for good.
alter table token add column scopes text collate "C";
alter table token add column revoked bigint not null default 0;
create index token_of_user on token (tenant, user_id) where user_id is not null;

create table password (
    tenant  text collate "C" not null,
    user_id text collate "C" not null,
    hash    text collate "C" not null,
    primary key (tenant, user_id)
);

-- A browser that somebody signed in with; the cookie's hash.
create table sign_in (
    tenant     text collate "C" not null,
    hash       text collate "C" not null,
    user_id    text collate "C" not null,
    expires_at bigint not null,
    primary key (tenant, hash)
);
create index sign_in_of_user on sign_in (tenant, user_id);

-- All that a user ever granted an app.
create table consent (
    tenant  text collate "C" not null,
    app_id  text collate "C" not null,
    user_id text collate "C" not null,
    scopes  text collate "C" not null,
    primary key (tenant, app_id, user_id)
);

create table authorization_code (
    tenant       text collate "C" not null,
    hash         text collate "C" not null,
    app_id       text collate "C" not null,
    user_id      text collate "C" not null,
    scopes       text collate "C" not null,
    redirect_uri text collate "C" not null,
    challenge    text collate "C",
    is_hashed    bigint not null,
    issued_at    bigint not null,
    used         bigint not null default 0,
    primary key (tenant, hash)
);

create table refresh_token (
    tenant        text collate "C" not null,
    hash          text collate "C" not null,
    app_id        text collate "C" not null,
    user_id       text collate "C" not null,
    scopes        text collate "C" not null,
    authorized_at bigint not null,
    expires_at    bigint not null,
    state         text collate "C" not null check (state in ('live', 'used', 'revoked')),
    primary key (tenant, hash)
);
create index refresh_token_of_user on refresh_token (tenant, user_id);

-- member.department_ids the other way round; whoever has no department belongs to the root, 0.
create table membership (
    tenant        text collate "C" not null,
    department_id text collate "C" not null,
    user_id       text collate "C" not null,
    primary key (tenant, department_id, user_id)
);
create index membership_of_user on membership (tenant, user_id);
-- Nothing to carry over: PostgreSQL came after this schema.

create index department_parent on department (tenant, parent_id, department_id);
create index member_email on member (tenant, lower(email));
create index member_mobile on member (tenant, mobile);
