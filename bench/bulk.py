# ruff: noqa: E501  # statements of SQL read better unbroken
"""Millions of reads in minutes: the city's habits drawn inside the database, its indexes built afterwards.

The reads look as those of `bench.city` do (log-normal returns, homes, hours of traffic, 5 % misread); every fiftieth car has
company: another follows it by a few seconds on two of five of its passages. Every fifth camera rides on a car, up and
down the streets. The reads of a month are written in order of time into a table that joins the others when it is full, so
the layout is that of a year of taking reads.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from bench.city import READS_A_CAR, City, Precinct, Sighting, spots

if TYPE_CHECKING:
    from platekeeper.office.config.database import Database

COMPANY = 50
CAR = 5

_CARS = """
CREATE UNLOGGED TABLE bench_car AS
SELECT n, plate,
       floor(random() * %(cameras)s)::int AS home,
       greatest(1, round(%(each)s * exp(1.2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) - 0.72)))::int AS times,
       (ARRAY['silver','white','black','gray','blue','red'])[1 + floor(random() * 6)::int] AS color,
       (ARRAY['toyota','honda','ford','chevrolet','nissan','tesla'])[1 + floor(random() * 6)::int] AS make
  FROM unnest(%(plates)s::text[]) WITH ORDINALITY AS c(plate, n)
"""
_DRAWS = """
CREATE UNLOGGED TABLE bench_draw AS
SELECT %(start)s::timestamptz + floor(random() * %(days)s) * interval '1 day'
           + (hour.h * 3600 + random() * 3600) * interval '1 second' AS read_at,
       CASE WHEN random() < 0.7
            THEN ((c.home + round(2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::int) %% %(cameras)s + %(cameras)s)
                 %% %(cameras)s
            ELSE floor(random() * %(cameras)s)::int END AS camera,
       CASE WHEN random() < 0.05
            THEN CASE WHEN random() < 0.7 THEN translate(c.plate, 'O0I1Z2S5B8G6', '0O1I2Z5S8B6G')
                      ELSE overlay(c.plate PLACING substr('ACEFHJKLMNPRTUVWXY3479', 1 + floor(random() * 22)::int, 1)
                                   FROM 1 + floor(random() * 7)::int) END
            ELSE c.plate END AS plate,
       c.color, c.make, greatest(0.3, 1 + 0.06 * ln(1 - random()))::real AS confidence, c.n
  FROM bench_car c, generate_series(1, c.times), LATERAL (
       SELECT (%(hours)s::int[])[1 + floor(random() * cardinality(%(hours)s::int[]))::int] AS h
        WHERE c.n IS NOT NULL) AS hour
"""
_COMPANY = """
INSERT INTO bench_draw (read_at, camera, plate, color, make, confidence)
SELECT d.read_at + (4 + random() * 20) * interval '1 second', d.camera, c.plate, c.color, c.make, d.confidence
  FROM bench_draw d JOIN bench_car c ON c.n = d.n + 1
 WHERE d.n %% %(company)s = 0 AND random() < 0.4
"""
_MONTH = """
INSERT INTO {table} (agency_id, read_at, id, received_at, camera_id, plate, plate_raw, region, confidence, lat, lon, cell,
                     passage_id, revision, producer, detail)
SELECT %(agency)s, d.read_at, d.id, d.read_at, p.camera_id, d.plate, d.plate, 'US-CA', d.confidence, coalesce(d.lat, p.lat),
       coalesce(d.lon, p.lon), coalesce(((floor((d.lat + 90) * 720)::int & 8191) << 18) | floor((d.lon + 180) * 720)::int, p.cell),
       d.id, 1, 'bench',
       jsonb_build_object(
           'plate', jsonb_build_object('raw', d.plate, 'display', d.plate, 'norm', d.plate, 'region', 'US-CA',
               'conf', d.confidence, 'candidates', jsonb_build_array(jsonb_build_object('text', d.plate, 'conf', d.confidence))),
           'vehicle', jsonb_build_object('color', jsonb_build_array(jsonb_build_object('value', d.color, 'conf', 0.8)),
               'make', jsonb_build_array(jsonb_build_object('value', d.make, 'conf', 0.7))),
           'captured_at', d.read_at, 'camera', jsonb_build_object('ref_raw', 'camera-' || d.camera), 'schema', 1, 'id', d.id)
  FROM (SELECT *, encode(set_byte(set_byte(substring(int8send((extract(epoch FROM read_at) * 1000)::int8) FROM 3)
                 || substring(uuid_send(gen_random_uuid()) FROM 7), 6, 112 + floor(random() * 16)::int), 8, 128 + floor(random() * 64)::int),
                 'hex')::uuid AS id,
               CASE WHEN camera %% %(car)s = 0 THEN %(south)s + random() * %(north_by)s END AS lat,
               CASE WHEN camera %% %(car)s = 0 THEN %(west)s + floor(random() * %(streets)s) * %(street)s END AS lon
          FROM bench_draw WHERE read_at >= %(since)s AND read_at < %(until)s) d
  JOIN bench_place p ON p.n = d.camera
 ORDER BY d.read_at
"""
_HOURS = (1, 1, 1, 1, 2, 4, 8, 10, 9, 7, 6, 6, 7, 7, 8, 9, 10, 10, 8, 6, 5, 4, 3, 2)


def fill_quickly(database: "Database", here: Precinct, start: datetime, end: datetime) -> int:
    """Draw and load the city's reads between two moments; return how many there are.

    Only for a database that holds no reads yet: it makes the months' tables itself.
    """
    city = here.city
    given = {
        "cameras": len(city.places), "each": READS_A_CAR, "plates": city.plates, "start": start,
        "days": (end - start).days, "agency": here.agency.pk, "company": COMPANY,
        "car": CAR, **_streets(city), "hours": [hour for hour, weight in enumerate(_HOURS) for _ in range(weight)],
    }  # fmt: skip
    with psycopg.connect(database.address("owner"), autocommit=True) as connection:
        connection.execute("SET work_mem = '512MB'")
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.execute("SET enable_memoize = off")  # a car keeps no hours
        connection.execute("SELECT setseed(0.432)")
        connection.execute(
            "CREATE UNLOGGED TABLE bench_place (n int, camera_id int8, lat float8, lon float8, cell int)"
        )
        numbers = spots(connection, here, riding=CAR)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bench_place VALUES (%s, %s, %s, %s, %s)",
                [(n, here.cameras[n], *place, numbers[n]) for n, place in enumerate(city.places)],
            )
        connection.execute(_CARS, given)
        connection.execute(_DRAWS, given)
        connection.execute(_COMPANY, given)
        connection.execute("ANALYZE bench_draw, bench_place")
        for since, until in _months(start, end):
            _fill_month(connection, since, until, given)
        _fill_plates(connection, given)
        row = connection.execute("SELECT count(*) FROM bench_draw").fetchone()
        connection.execute("DROP TABLE bench_draw, bench_car, bench_place")
        connection.execute("VACUUM ANALYZE read, plate")
        assert row
        return int(row[0])


def _streets(city: City) -> dict[str, float]:
    lats, lons = zip(*city.places, strict=True)
    streets = sorted(set(lons))
    return {
        "south": min(lats), "north_by": max(lats) - min(lats), "west": streets[0], "streets": len(streets),
        "street": streets[1] - streets[0],
    }  # fmt: skip


def _fill_plates(connection: psycopg.Connection, given: dict[str, Any]) -> None:
    # their indexes are built afterwards: one plate at a time takes ten times as long
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'plate' AND indexname <> 'plate_pkey'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(
        "INSERT INTO plate SELECT agency_id, plate, translate(plate, 'ODQIZSBG', '00012586'),"
        " date_trunc('month', min(read_at))::date, date_trunc('month', max(read_at))::date"
        " FROM read WHERE agency_id = %(agency)s GROUP BY agency_id, plate ORDER BY plate",
        given,
    )
    for _, definition in indexes:
        connection.execute(definition)


def some_sightings(database: "Database", here: Precinct, count: int) -> list[Sighting]:
    """Return reads of all the year, drawn evenly, for questions that find something."""
    at = {camera: n for n, camera in enumerate(here.cameras)}
    share = min(100, 200 * count / (READS_A_CAR * len(here.city.plates)))
    with psycopg.connect(database.address("owner")) as connection:
        rows = connection.execute(
            "SELECT read_at, id, camera_id, plate, confidence FROM read TABLESAMPLE SYSTEM (%s) REPEATABLE (7)"
            " WHERE agency_id = %s ORDER BY md5(id::text) LIMIT %s",
            [share, here.agency.pk, count],
        ).fetchall()
    return [Sighting(row[0], row[1], at[row[2]], row[3], row[4]) for row in rows]


def in_company(city: City) -> frozenset[str]:
    """Return the plates of the cars that others follow."""
    return frozenset(city.plates[COMPANY - 1 :: COMPANY])


def _fill_month(connection: psycopg.Connection, since: date, until: date, given: dict[str, Any]) -> None:
    table = f"read_{since:%Y_%m}"
    connection.execute(f"CREATE TABLE {table} (LIKE read INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    bounds = {"since": f"{since} 00:00+00", "until": f"{until} 00:00+00"}
    connection.execute(_MONTH.format(table=table), {**given, **bounds})
    connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (agency_id, read_at, id)")
    for column in ("plate", "cell", "camera_id"):
        connection.execute(f"CREATE INDEX ON {table} (agency_id, {column}, read_at)")
    connection.execute(
        f"ALTER TABLE read ATTACH PARTITION {table} FOR VALUES FROM ('{bounds['since']}') TO ('{bounds['until']}')"
    )


def _months(start: datetime, end: datetime) -> Iterator[tuple[date, date]]:
    month = start.astimezone(UTC).date().replace(day=1)
    while month <= end.astimezone(UTC).date():
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        yield month, after
        month = after
