"""Make the confirmations of hosts (RET-08)."""

from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0001_initial'),
    ]

    operations = [
        run_sql_file("platekeeper.office.retention", "sql/elsewhere.sql"),
        migrations.CreateModel(
            name='HostConfirmation',
            fields=[
                ('pk', models.CompositePrimaryKey('agency_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('source', models.TextField()),
                ('covers_before', models.DateTimeField()),
                ('confirmed_by', models.TextField()),
                ('reference', models.TextField()),
                ('noted_at', models.DateTimeField()),
                ('noted_by', models.TextField()),
            ],
            options={
                'db_table': 'host_confirmation',
                'ordering': ['-number'],
                'managed': False,
            },
        ),
    ]
