"""Make evidence packages and their custody, unchangeable from the first moment."""

import django.contrib.postgres.fields
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("access", "0001_initial"),
        ("reads", "0001_initial"),
        ("alerts", "0001_initial"),
        ("retention", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='CustodyStep',
            fields=[
                ('pk', models.CompositePrimaryKey('agency_id', 'package_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('package_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('state', models.TextField(choices=[('SEALED', 'downloaded, not on a medium yet'), ('WRITTEN', 'on a medium'), ('HANDED_OVER', 'handed over'), ('BOOKED', 'booked into evidence'), ('DISPOSAL_REQUESTED', 'disposal requested'), ('DISPOSED', 'disposed of'), ('DISCARDED', 'discarded')])),
                ('taken_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField()),
                ('username', models.TextField()),
                ('full_name', models.TextField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'custody_step',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='EvidencePackage',
            fields=[
                ('pk', models.CompositePrimaryKey('agency_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('id', models.UUIDField()),
                ('access_id', models.UUIDField(help_text="the export's access record")),
                ('sealed_at', models.DateTimeField()),
                ('sealed_by_id', models.BigIntegerField()),
                ('sealed_by', models.TextField(help_text='username; a text copy outlives the account (C-7)')),
                ('case_number', models.TextField()),
                ('purpose', models.TextField()),
                ('recipient', models.TextField(help_text='person and organization that receive it (AUD-08)')),
                ('read_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('pictures', models.IntegerField()),
                ('size_bytes', models.BigIntegerField()),
                ('digest', models.BinaryField(help_text='SHA-256 of its tagmanifest-sha256.txt, as sealed', max_length=32)),
                ('is_stamped', models.BooleanField(help_text='an outside authority stamped its manifest (RFC 3161)')),
            ],
            options={
                'db_table': 'evidence_package',
                'ordering': ['-sealed_at'],
                'indexes': [models.Index(fields=['agency_id', '-sealed_at'], name='evidence_package_time')],
            },
        ),
        run_sql_file("platekeeper.office.evidence", "sql/evidence.sql"),
    ]
