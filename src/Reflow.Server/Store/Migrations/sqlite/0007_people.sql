-- Signing in, granting, and what an app may see.

-- The last four are JSON lists; '["*"]' is all. A store app's ticket is what it shows for its app token.
alter table app add column kind text not null default 'self_built' check (kind in ('self_built', 'store'));
alter table app add column enabled integer not null default 1;
alter table app add column installed integer not null default 1;
alter table app add column refreshes integer not null default 1;
alter table app add column ticket text;
alter table app add column available_to text not null default '["*"]';
alter table app add column contacts text not null default '["*"]';

-- What the user granted; null is all that the app may do. A revoked token is dead for good.
alter table token add column scopes text;
alter table token add column revoked integer not null default 0;
create index token_of_user on token (tenant, user_id) where user_id is not null;

create table password (
    tenant  text not null,
    user_id text not null,
    hash    text not null,
    primary key (tenant, user_id)
) strict, without rowid;

-- A browser that somebody signed in with; the cookie's hash.
create table sign_in (
    tenant     text    not null,
    hash       text    not null,
    user_id    text    not null,
    expires_at integer not null,
    primary key (tenant, hash)
) strict, without rowid;
create index sign_in_of_user on sign_in (tenant, user_id);

-- All that a user ever granted an app.
create table consent (
    tenant  text not null,
    app_id  text not null,
    user_id text not null,
    scopes  text not null,
    primary key (tenant, app_id, user_id)
) strict, without rowid;

create table authorization_code (
    tenant       text    not null,
    hash         text    not null,
    app_id       text    not null,
    user_id      text    not null,
    scopes       text    not null,
    redirect_uri text    not null,
    challenge    text,
    is_hashed    integer not null,
    issued_at    integer not null,
    used         integer not null default 0,
    primary key (tenant, hash)
) strict, without rowid;

create table refresh_token (
    tenant        text    not null,
    hash          text    not null,
    app_id        text    not null,
    user_id       text    not null,
    scopes        text    not null,
    authorized_at integer not null,
    expires_at    integer not null,
    state         text    not null check (state in ('live', 'used', 'revoked')),
    primary key (tenant, hash)
) strict, without rowid;
create index refresh_token_of_user on refresh_token (tenant, user_id);

-- member.department_ids the other way round; whoever has no department belongs to the root, 0.
create table membership (
    tenant        text not null,
    department_id text not null,
    user_id       text not null,
    primary key (tenant, department_id, user_id)
) strict, without rowid;
create index membership_of_user on membership (tenant, user_id);
insert into membership (tenant, department_id, user_id) select distinct m.tenant, d.value, m.user_id from member m, json_each(m.department_ids) d;
insert into membership (tenant, department_id, user_id) select tenant, '0', user_id from member where department_ids = '[]';

create index department_parent on department (tenant, parent_id, department_id);
create index member_email on member (tenant, lower(email));
create index member_mobile on member (tenant, mobile);
