"""Make the connections to records management systems, their cases, and the outbox."""

import django.db.models.deletion
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_agency_profile_number_profileversion'),
    ]

    operations = [
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('agency', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='rms', serialize=False, to='accounts.agency')),
                ('cases_folder', models.CharField(blank=True, help_text='where it drops CSV files of its cases', max_length=300)),
                ('cases_url', models.CharField(blank=True, help_text='where it answers about one case', max_length=300)),
                ('outbox_folder', models.CharField(blank=True, help_text='where it picks up requests', max_length=300)),
                ('outbox_url', models.CharField(blank=True, help_text='where it takes requests', max_length=300)),
                ('token_file', models.CharField(blank=True, help_text='a file with its bearer token', max_length=300)),
                ('classification', models.CharField(blank=True, help_text='how every access is filed there', max_length=60)),
            ],
            options={
                'db_table': 'rms_connection',
            },
        ),
        migrations.CreateModel(
            name='CaseList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_lists', to='accounts.agency')),
            ],
            options={
                'db_table': 'case_list',
                'ordering': ['-taken_at'],
            },
        ),
        migrations.CreateModel(
            name='KnownCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=64)),
                ('is_open', models.BooleanField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='known_cases', to='accounts.agency')),
            ],
            options={
                'db_table': 'known_case',
                'constraints': [models.UniqueConstraint(fields=('agency', 'number'), name='known_case_number')],
            },
        ),
        run_sql_file("platekeeper.office.rms", "sql/rms.sql"),
    ]
