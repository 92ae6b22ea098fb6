alter table orders add column discount integer;
