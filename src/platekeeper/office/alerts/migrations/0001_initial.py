"""Make hits, alerts and their steps, behind the gate."""

from typing import Any

from django.db import migrations, models

from platekeeper.office.alerts.lifecycle import MOVES
from platekeeper.office.sql_files import run_sql_file


def write_moves(apps: object, schema_editor: Any) -> None:  # noqa: ARG001  # Django's signature
    """Give the database the lifecycle's own table; a later change of it calls this again."""
    moves = [
        (state.value, step.name, to.value, step.event, step.function is not None)
        for state, following in MOVES.items()
        for step, to in following.items()
    ]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DELETE FROM alert_move")
        cursor.executemany(
            "INSERT INTO alert_move (state, step, to_state, event, by_person) VALUES (%s, %s, %s, %s, %s)", moves
        )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("reads", "0001_initial"),
        ("hotlists", "0001_initial"),
    ]

    operations = [
        run_sql_file("platekeeper.office.alerts", "sql/alerts.sql"),
        run_sql_file("platekeeper.office.alerts", "sql/steps.sql"),
        migrations.RunPython(write_moves, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('raised_at', models.DateTimeField()),
                ('read_at', models.DateTimeField()),
                ('read_id', models.UUIDField()),
                ('state', models.TextField(choices=[('RAISED', 'new'), ('ACKNOWLEDGED', 'somebody looks at it'), ('VERIFIED', 'picture and list agree'), ('REJECTED', 'not this vehicle'), ('CLOSED', 'closed')])),
                ('steps', models.IntegerField()),
                ('last_by', models.TextField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'visible_alert',
                'ordering': ['-raised_at', '-id'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='EntryCancellation',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('alert_id', models.UUIDField()),
                ('hot_list_id', models.BigIntegerField()),
                ('list_name', models.TextField()),
                ('plate', models.TextField()),
                ('region', models.TextField(blank=True)),
                ('category', models.TextField()),
                ('reason', models.TextField()),
                ('cancelled_by', models.TextField()),
                ('cancelled_at', models.DateTimeField()),
                ('broadcast_by', models.TextField(blank=True)),
                ('broadcast_at', models.DateTimeField(help_text='when Communications put it on the air', null=True)),
                ('dropped_at', models.DateTimeField(help_text="when the source's list no longer held it", null=True)),
            ],
            options={
                'db_table': 'visible_entry_cancellation',
                'ordering': ['-cancelled_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='AlertStep',
            fields=[
                ('pk', models.CompositePrimaryKey('alert_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('alert_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('state', models.TextField(choices=[('RAISED', 'new'), ('ACKNOWLEDGED', 'somebody looks at it'), ('VERIFIED', 'picture and list agree'), ('REJECTED', 'not this vehicle'), ('CLOSED', 'closed')])),
                ('taken_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField()),
                ('username', models.TextField()),
                ('full_name', models.TextField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'visible_alert_step',
                'ordering': ['number'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Hit',
            fields=[
                ('pk', models.CompositePrimaryKey('read_id', 'version_id', 'entry_number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('read_at', models.DateTimeField()),
                ('read_id', models.UUIDField()),
                ('version_id', models.BigIntegerField()),
                ('entry_number', models.IntegerField()),
                ('alert_id', models.UUIDField()),
                ('hit_at', models.DateTimeField()),
                ('kind', models.TextField(choices=[('EXACT', 'exact'), ('LOOKALIKE', 'possible: look-alike characters differ'), ('PARTIAL', 'possible: the listed plate is known in part')])),
                ('late', models.BooleanField()),
                ('list_name', models.TextField()),
                ('listed_at', models.DateTimeField()),
                ('purpose', models.TextField()),
                ('entry', models.JSONField()),
                ('plate', models.TextField()),
                ('plate_raw', models.TextField()),
                ('region', models.TextField(null=True)),
                ('confidence', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('lon', models.FloatField(null=True)),
                ('received_at', models.DateTimeField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'visible_hit',
                'ordering': ['kind', 'list_name'],
                'managed': False,
            },
        ),
    ]
