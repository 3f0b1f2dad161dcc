"""Make the clocks of vehicles' transfers, and what was late (COL-02)."""

import django.db.models.deletion
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('access', '0001_initial'),
        ('devices', '0002_deployments'),
    ]

    operations = [
        run_sql_file("platekeeper.office.devices", "sql/transfers.sql"),
        migrations.CreateModel(
            name='TransferClock',
            fields=[
                ('camera', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='transfer_clock', serialize=False, to='devices.camera')),
                ('last_at', models.DateTimeField()),
                ('oldest_at', models.DateTimeField()),
                ('transfers', models.BigIntegerField()),
            ],
            options={
                'db_table': 'transfer_clock',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='TransferStep',
            fields=[
                ('pk', models.CompositePrimaryKey('camera_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('step', models.TextField(choices=[('BREACH', 'limit passed'), ('LATE', 'late data taken'), ('STATED', 'nothing to hand over')])),
                ('noted_at', models.DateTimeField()),
                ('counted_from', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('reads', models.BigIntegerField()),
                ('username', models.TextField()),
                ('reason', models.TextField()),
            ],
            options={
                'db_table': 'transfer_step',
                'ordering': ['-noted_at'],
                'managed': False,
            },
        ),
    ]
