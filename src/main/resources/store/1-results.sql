-- What somebody measured and keeps: found by its id alone, changed by who has its key.
create table results (
  id text primary key,
  key_hash text not null,
  kept_at bigint not null
);

-- Its measurements: the browser's first, then those that were attached.
create table runs (
  result text not null references results (id) on delete cascade,
  place integer not null,
  report text not null,
  primary key (result, place)
);
