"""Make schedules, holds, requests for deleted data, and the purge, which the database itself keeps to its schedule."""

import django.db.models.deletion
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('access', '0001_initial'),
        ('reads', '0001_initial'),
        ('alerts', '0001_initial'),
    ]

    operations = [
        run_sql_file("platekeeper.office.retention", "sql/schedules.sql"),
        run_sql_file("platekeeper.office.retention", "sql/holds.sql"),
        run_sql_file("platekeeper.office.retention", "sql/purge.sql"),
        run_sql_file("platekeeper.office.retention", "sql/keys.sql"),
        run_sql_file("platekeeper.office.retention", "sql/ending.sql"),
        run_sql_file("platekeeper.office.retention", "sql/old_data.sql"),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('reads_before', models.DateTimeField()),
                ('records_before', models.DateTimeField()),
                ('started_at', models.DateTimeField()),
                ('started_by', models.TextField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'purge_run',
                'ordering': ['-started_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('pk', models.CompositePrimaryKey('schedule_id', 'role', blank=True, editable=False, primary_key=True, serialize=False)),
                ('role', models.TextField()),
                ('person_id', models.BigIntegerField()),
                ('username', models.TextField()),
                ('consented_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'retention_consent',
                'ordering': ['consented_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('agency', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='accounts.agency')),
                ('made_at', models.DateTimeField()),
                ('body', models.JSONField()),
            ],
            options={
                'db_table': 'purge_forecast',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('case_number', models.TextField()),
                ('reason', models.TextField()),
                ('contact', models.TextField()),
                ('scope', models.TextField(choices=[('READS', 'single reads'), ('PLATE', 'a plate'), ('AREA', 'a place and time'), ('CASE', "hits of the case's hot-list entries")])),
                ('plate', models.TextField()),
                ('lat', models.FloatField(null=True)),
                ('lon', models.FloatField(null=True)),
                ('radius_m', models.FloatField(null=True)),
                ('covers_from', models.DateTimeField(null=True)),
                ('covers_to', models.DateTimeField(null=True)),
                ('requested_at', models.DateTimeField()),
                ('requested_by', models.TextField()),
            ],
            options={
                'db_table': 'hold',
                'ordering': ['-requested_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='HoldRead',
            fields=[
                ('pk', models.CompositePrimaryKey('hold_id', 'read_at', 'read_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.BigIntegerField()),
                ('read_at', models.DateTimeField()),
                ('read_id', models.UUIDField()),
            ],
            options={
                'db_table': 'hold_read',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='HoldStep',
            fields=[
                ('pk', models.CompositePrimaryKey('hold_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.BigIntegerField()),
                ('number', models.IntegerField()),
                ('step', models.TextField(choices=[('REQUEST', 'requested'), ('APPROVE', 'approved'), ('REFUSE', 'refused'), ('BOOK', 'booked into evidence'), ('ASK', 'asked whether it is still needed'), ('ESCALATE', 'no answer: told the commanding officer'), ('VERIFY', 'still needed'), ('ASK_RELEASE', 'release requested'), ('RELEASE', 'released')])),
                ('taken_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('username', models.TextField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'hold_step',
                'ordering': ['number'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='OldDataRequest',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('circumstance', models.TextField()),
                ('condition', models.TextField()),
                ('order_number', models.TextField()),
                ('case_number', models.TextField()),
                ('data_wanted', models.TextField()),
                ('query', models.JSONField()),
                ('query_digest', models.TextField()),
                ('requested_at', models.DateTimeField()),
                ('requested_by', models.TextField()),
            ],
            options={
                'db_table': 'old_data_request',
                'ordering': ['-requested_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='OldDataStep',
            fields=[
                ('pk', models.CompositePrimaryKey('request_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('step', models.TextField()),
                ('taken_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField()),
                ('username', models.TextField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'old_data_step',
                'ordering': ['number'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.BigIntegerField()),
                ('number', models.IntegerField()),
                ('kind', models.TextField()),
                ('month', models.DateField(null=True)),
                ('purged', models.BigIntegerField()),
                ('held', models.BigIntegerField()),
                ('first_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
                ('first_id', models.UUIDField(null=True)),
                ('last_id', models.UUIDField(null=True)),
                ('digest', models.BinaryField(null=True)),
                ('done_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'purge_part',
                'ordering': ['number'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('policy_version', models.TextField()),
                ('anchor', models.TextField()),
                ('minimum_months', models.IntegerField()),
                ('minimum_seconds', models.BigIntegerField()),
                ('purge_months', models.IntegerField()),
                ('purge_seconds', models.BigIntegerField()),
                ('records_months', models.IntegerField()),
                ('records_seconds', models.BigIntegerField()),
                ('spares_hits', models.BooleanField()),
                ('said', models.JSONField()),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by', models.TextField()),
            ],
            options={
                'db_table': 'retention_schedule',
                'ordering': ['-number'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='certificate', serialize=False, to='retention.run')),
                ('body', models.TextField()),
                ('signature', models.BinaryField()),
                ('public_key', models.BinaryField()),
                ('certified_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'purge_certificate',
                'ordering': ['-certified_at'],
                'managed': False,
            },
        ),
    ]
