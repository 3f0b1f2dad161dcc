"""Make the ledger, access records, grants and `open_access()`: nothing may be visible before they stand."""

import django.contrib.postgres.fields
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("accounts", "0006_acting"),
    ]

    operations = [
        run_sql_file("platekeeper.ledger", "ledger.sql"),
        run_sql_file("platekeeper.office.access", "sql/gate.sql"),
        migrations.CreateModel(
            name='AccessRecord',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('accessed_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField()),
                ('username', models.TextField()),
                ('full_name', models.TextField()),
                ('organization', models.TextField()),
                ('on_behalf_of', models.TextField()),
                ('function', models.TextField()),
                ('query', models.JSONField()),
                ('purpose', models.TextField()),
                ('case_number', models.TextField()),
                ('reason', models.TextField()),
                ('outcome', models.TextField()),
                ('clauses', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('explanation', models.TextField()),
                ('policy_version', models.TextField()),
                ('parent_id', models.UUIDField(null=True)),
                ('source', models.TextField()),
                ('case_known', models.BooleanField(null=True)),
            ],
            options={
                'db_table': 'visible_access_record',
                'ordering': ['-accessed_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("access_id", models.UUIDField()),
                ("data_agency_id", models.IntegerField()),
                ("agency_name", models.TextField()),
                ("visible_from", models.DateTimeField()),
                ("kinds", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("camera_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None)),
                ("read_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None)),
                ("pk", models.CompositePrimaryKey("access_id", "data_agency_id", blank=True, editable=False, primary_key=True, serialize=False)),
            ],
            options={"db_table": "visible_access_grant", "managed": False},
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("access_id", models.UUIDField()),
                ("entry_at", models.DateTimeField()),
                ("event", models.TextField()),
                ("actor", models.TextField()),
                ("chain_hash", models.BinaryField()),
                ("previous_hash", models.BinaryField(null=True)),
                ("details", models.TextField(null=True)),
                ("is_intact", models.BooleanField()),
            ],
            options={"db_table": "visible_entry", "managed": False},
        ),
    ]
