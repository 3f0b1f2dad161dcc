"""Make requests for release, their steps and agreements; no export for somebody else is recorded without one."""

import django.contrib.postgres.fields
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('access', '0001_initial'),
    ]

    operations = [
        run_sql_file("platekeeper.office.sharing", "sql/sharing.sql"),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('recipient_agency', models.TextField()),
                ('recipient_class', models.TextField()),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('forbids_onward', models.BooleanField(help_text='it holds the clause against passing data on (SHR-09)')),
                ('document', models.TextField(help_text='its number, and where it is kept')),
                ('noted_at', models.DateTimeField()),
                ('noted_by', models.TextField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.TextField()),
                ('ended_because', models.TextField()),
            ],
            options={
                'db_table': 'interagency_agreement',
                'ordering': ['recipient_agency', '-valid_from'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ReleaseRequest',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('recipient_class', models.TextField(help_text="policy's RecipientClass, as it was declared")),
                ('recipient_agency', models.TextField()),
                ('recipient_state', models.TextField(help_text='two letters; empty where it is of no state')),
                ('requester', models.TextField()),
                ('contact', models.TextField()),
                ('verified_by', models.TextField(help_text='how the official was verified (SHR-13)')),
                ('purpose_code', models.TextField()),
                ('purpose', models.TextField(help_text='the need to know, in words')),
                ('authority', models.TextField(help_text='the right to know, in words (PUR-13)')),
                ('disclaims', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('case_number', models.TextField(help_text='under which the copy is made here')),
                ('their_number', models.TextField()),
                ('data_wanted', models.TextField()),
                ('letter', models.BinaryField(null=True)),
                ('letter_name', models.TextField()),
                ('letter_sha256', models.BinaryField(max_length=32, null=True)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_name', models.TextField(help_text='username; a text copy outlives the account (C-7)')),
            ],
            options={
                'db_table': 'release_request',
                'ordering': ['-asked_at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ReleaseStep',
            fields=[
                ('pk', models.CompositePrimaryKey('request_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('step', models.TextField(choices=[('ASK', 'Entered'), ('APPROVE', 'Approved'), ('REFUSE', 'Refused'), ('WITHDRAW', 'Withdrawn'), ('PACK', 'Package sealed'), ('RELEASE', 'Handed over')])),
                ('taken_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('username', models.TextField()),
                ('full_name', models.TextField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'release_step',
                'ordering': ['number'],
                'managed': False,
            },
        ),
    ]
