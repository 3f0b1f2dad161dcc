-- Hits are facts, alerts are work (ALR). A step of an alert is a row of its own; the latest one is its state.

CREATE TABLE hit (
    agency_id integer NOT NULL,
    read_at timestamptz NOT NULL,
    read_id uuid NOT NULL,
    version_id bigint NOT NULL,             -- the list's version in force, and the entry in it
    entry_number integer NOT NULL,
    alert_id uuid NOT NULL,
    hit_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('EXACT', 'LOOKALIKE', 'PARTIAL')),
    late boolean NOT NULL,                  -- the read came long after it was taken: never a live alert
    list_name text NOT NULL,
    listed_at timestamptz NOT NULL,         -- the list's age is printed on every alert (HOT-03, HOT-08)
    purpose text NOT NULL,
    entry jsonb NOT NULL,                   -- the entry as it stood (C-10)
    explanation jsonb NOT NULL,             -- which characters differ, how likely, what contradicts the list
    PRIMARY KEY (agency_id, read_at, read_id, version_id, entry_number)
);
CREATE INDEX hit_alert ON hit (agency_id, alert_id);

CREATE TABLE alert (
    agency_id integer NOT NULL,
    id uuid NOT NULL,                       -- the passage's: one alert a passage, not one a frame
    raised_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL,
    read_id uuid NOT NULL,
    demands jsonb NOT NULL,                 -- what the policy in force asks before which step: [{step, needs, clause, reason}]
    PRIMARY KEY (agency_id, id)
);
CREATE INDEX alert_time ON alert (agency_id, raised_at DESC);

-- Which step may follow where an alert stands, and where it leads: written from lifecycle.py by the migration.
CREATE TABLE alert_move (
    state text NOT NULL,
    step text NOT NULL,
    to_state text NOT NULL,
    event text NOT NULL,
    by_person boolean NOT NULL,
    PRIMARY KEY (state, step)
);

-- Written by take_alert_step() and its siblings alone.
CREATE TABLE alert_step (
    agency_id integer NOT NULL,
    alert_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),   -- the key lets only one of two officers take the same step
    step text NOT NULL,
    state text NOT NULL,
    taken_at timestamptz NOT NULL,
    person_id bigint,                       -- NULL: the system
    username text NOT NULL,
    access_id uuid,
    detail jsonb NOT NULL,
    PRIMARY KEY (agency_id, alert_id, number),
    FOREIGN KEY (agency_id, alert_id) REFERENCES alert
);
CREATE TRIGGER alert_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An entry that somebody found wrong: kept from matching whatever is imported, until its source drops it (HOT-10).
CREATE TABLE entry_cancellation (
    agency_id integer NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    alert_id uuid NOT NULL,
    hot_list_id bigint NOT NULL,
    list_name text NOT NULL,
    plate text NOT NULL,
    match_key text NOT NULL,
    region text NOT NULL,
    category text NOT NULL,
    record text NOT NULL DEFAULT '',        -- its source's own number or date; where it has none, all of the plate's
    reason text NOT NULL,
    cancelled_by text NOT NULL,
    cancelled_at timestamptz NOT NULL,
    broadcast_by text NOT NULL DEFAULT '',
    broadcast_at timestamptz,               -- when Communications put it on the air
    dropped_at timestamptz,                 -- when the source's list no longer held it
    PRIMARY KEY (agency_id, id)
);
ALTER TABLE entry_cancellation ALTER plate SET STATISTICS 0, ALTER reason SET STATISTICS 0;     -- as of reads (ADR 0004)
CREATE UNIQUE INDEX entry_cancellation_once
    ON entry_cancellation (agency_id, hot_list_id, match_key, region, category, record) WHERE dropped_at IS NULL;

-- A hit with the read that it is about: who receives alerts sees these reads and no others (USR-06).
CREATE VIEW visible_hit WITH (security_barrier) AS
WITH granted AS MATERIALIZED (
    SELECT o.*, a.hidden_attributes FROM open_grants('alert') o JOIN agency a ON a.id = o.data_agency_id)
SELECT h.*, r.plate, r.plate_raw, r.region, r.confidence, r.camera_id, r.lat, r.lon, r.received_at,
       shown_detail(r.detail, g.hidden_attributes) AS detail
  FROM granted g
  JOIN hit h ON h.agency_id = g.data_agency_id
  JOIN read r ON r.agency_id = h.agency_id AND r.read_at = h.read_at AND r.id = h.read_id
 WHERE EXISTS (SELECT FROM granted) AND h.read_at >= g.visible_from AND r.received_at >= g.received_from
   AND (g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids))
   AND (g.read_ids IS NULL OR h.read_id = ANY (g.read_ids));

CREATE VIEW visible_alert WITH (security_barrier) AS
WITH granted AS MATERIALIZED (SELECT * FROM open_grants('alert'))
SELECT a.*, coalesce(latest.state, 'RAISED') AS state, coalesce(latest.number, 0) AS steps,
       latest.username AS last_by, latest.taken_at AS last_at
  FROM granted g
  JOIN alert a ON a.agency_id = g.data_agency_id
  LEFT JOIN LATERAL (
        SELECT s.state, s.number, s.username, s.taken_at FROM alert_step s
         WHERE s.agency_id = a.agency_id AND s.alert_id = a.id ORDER BY s.number DESC LIMIT 1) AS latest ON true
 WHERE EXISTS (SELECT FROM granted) AND a.read_at >= g.visible_from
   AND (g.received_from = '-infinity' OR EXISTS (
        SELECT 1 FROM read r
         WHERE r.agency_id = a.agency_id AND r.read_at = a.read_at AND r.id = a.read_id AND r.received_at >= g.received_from))
   AND (g.read_ids IS NULL OR a.read_id = ANY (g.read_ids))
   AND (g.camera_ids IS NULL OR EXISTS (
        SELECT 1 FROM read r
         WHERE r.agency_id = a.agency_id AND r.read_at = a.read_at AND r.id = a.read_id AND r.camera_id = ANY (g.camera_ids)));

CREATE VIEW visible_alert_step WITH (security_barrier) AS
SELECT s.*, coalesce(p.full_name, 'Platekeeper') AS full_name
  FROM visible_alert a
  JOIN alert_step s ON s.agency_id = a.agency_id AND s.alert_id = a.id
  LEFT JOIN person p ON p.id = s.person_id
 WHERE EXISTS (SELECT FROM open_grants('alert'));

CREATE VIEW visible_entry_cancellation WITH (security_barrier) AS
WITH granted AS MATERIALIZED (SELECT * FROM open_grants('alert'))
SELECT c.agency_id, c.id, c.alert_id, c.hot_list_id, c.list_name, c.plate, c.region, c.category, c.reason,
       c.cancelled_by, c.cancelled_at, c.broadcast_by, c.broadcast_at, c.dropped_at
  FROM granted g JOIN entry_cancellation c ON c.agency_id = g.data_agency_id
 WHERE EXISTS (SELECT FROM granted) AND c.cancelled_at >= g.visible_from AND g.read_ids IS NULL;
