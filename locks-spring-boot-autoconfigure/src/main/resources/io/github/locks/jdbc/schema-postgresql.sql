-- Locks of several processes and machines: see docs/jdbc.md. Replace @@prefix@@ by 'locks.jdbc.table-prefix', LOCKS_ by default.
create table if not exists @@prefix@@LOCK (
  id varchar(64) not null primary key,
  resource_name varchar(255) not null,
  last_token bigint not null,
  crashed smallint not null,
  requests integer not null,
  holder varchar(64),
  holder_ends bigint not null,
  holder_token bigint not null,
  holder_told smallint not null,
  holder_pending smallint not null,
  holder_shown varchar(4000),
  used_at bigint not null
);
create table if not exists @@prefix@@REQUEST (
  lock_id varchar(64) not null,
  id varchar(64) not null,
  kind varchar(10) not null,
  place bigint not null,
  ends_at bigint not null,
  token bigint not null,
  told smallint not null,
  pending smallint not null,
  channel varchar(64) not null,
  shown varchar(4000) not null,
  primary key (lock_id, id)
);
create table if not exists @@prefix@@PICTURE (
  id varchar(64) not null primary key,
  ends_at bigint not null,
  content text not null
);
