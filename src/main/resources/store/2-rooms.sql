-- What outlives a room: what its hosts set for good. There is a row only while there is something
-- to keep.
create table rooms (
  name text primary key,
  -- Null: as rooms of this server begin.
  lobby boolean,
  chat boolean not null,
  used_at bigint not null
);

create index rooms_by_use on rooms (used_at);

-- What was said to everybody in rooms whose hosts have the chat kept.
create table messages (
  room text not null references rooms (name) on delete cascade,
  place bigint not null,
  id text not null,
  sender text not null,
  name text not null,
  text text not null,
  said_at bigint not null,
  primary key (room, sender, id)
);

create index messages_by_place on messages (room, place);

create index messages_by_age on messages (said_at);

-- Who was removed from such a room, and must not read what is kept of it.
create table bans (
  room text not null references rooms (name) on delete cascade,
  word text not null,
  primary key (room, word)
);
