CREATE TABLE leaderboard (id integer PRIMARY KEY, version bigint NOT NULL, ranks jsonb NOT NULL);
