-- Whose share a room is of: a keyed hash of the network from which a host first had it kept. Null: it is from before.
alter table rooms add column network text;

create index rooms_by_network on rooms (network);

-- The order in which people were removed: of too many the oldest are forgotten.
alter table bans add column place bigint not null default 0;
