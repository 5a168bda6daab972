create table if not exists episode (
	id bigint generated always as identity primary key,
	agent varchar(100) not null,
	content varchar(100000) not null
);
create index if not exists episode_by_agent on episode (agent, id);
