-- Locks of several processes and machines: see docs/jdbc.md. Replace @@prefix@@ by 'locks.jdbc.table-prefix', LOCKS_ by default.
create table if not exists @@prefix@@LOCK (
  id varchar(64) character set ascii collate ascii_bin not null primary key,
  resource_name varchar(255) character set utf8mb4 not null,
  last_token bigint not null,
  crashed smallint not null,
  requests integer not null,
  holder varchar(64) character set ascii collate ascii_bin,
  holder_ends bigint not null,
  holder_token bigint not null,
  holder_told smallint not null,
  holder_pending smallint not null,
  holder_shown varchar(4000) character set ascii,
  used_at bigint not null
) engine=InnoDB;
create table if not exists @@prefix@@REQUEST (
  lock_id varchar(64) character set ascii collate ascii_bin not null,
  id varchar(64) character set ascii collate ascii_bin not null,
  kind varchar(10) not null,
  place bigint not null,
  ends_at bigint not null,
  token bigint not null,
  told smallint not null,
  pending smallint not null,
  channel varchar(64) character set ascii collate ascii_bin not null,
  shown varchar(4000) character set ascii not null,
  primary key (lock_id, id)
) engine=InnoDB;
create table if not exists @@prefix@@PICTURE (
  id varchar(64) character set ascii collate ascii_bin not null primary key,
  ends_at bigint not null,
  content longtext character set ascii not null
) engine=InnoDB;
