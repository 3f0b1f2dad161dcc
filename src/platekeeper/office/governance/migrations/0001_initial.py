"""Make proposals, answers and attestations, and what guards the versions of a profile."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_agency_profile_number_profileversion'),
        ('access', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProfileProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('based_on', models.PositiveIntegerField(help_text='the version that was in force when it was proposed')),
                ('text', models.TextField(help_text='TOML')),
                ('sha256', models.CharField(max_length=64)),
                ('version', models.CharField(help_text='what decisions will name', max_length=120)),
                ('reason', models.TextField()),
                ('concerns_retention', models.BooleanField(help_text='then both roles must agree (GOV-07)')),
                ('proposed_as', models.CharField(max_length=40)),
                ('proposed_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profile_proposals', to='accounts.agency')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'profile_proposal',
                'ordering': ['-proposed_at'],
            },
        ),
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('obligation', models.CharField(max_length=10)),
                ('statement', models.TextField()),
                ('document', models.CharField(blank=True, help_text='where the paper lies', max_length=200)),
                ('attested_as', models.CharField(max_length=40)),
                ('attested_at', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='accounts.agency')),
                ('attested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'attestation',
                'ordering': ['-attested_at'],
                'indexes': [models.Index(fields=['agency', 'obligation', '-attested_at'], name='attestation_obligation')],
            },
        ),
        migrations.CreateModel(
            name='ProfileAnswer',
            fields=[
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='answer', serialize=False, to='governance.profileproposal')),
                ('outcome', models.CharField(choices=[('ADOPTED', 'in force'), ('REFUSED', 'refused'), ('WITHDRAWN', 'withdrawn by the proposer')], max_length=10)),
                ('reason', models.TextField()),
                ('answered_as', models.CharField(max_length=40)),
                ('answered_at', models.DateTimeField()),
                ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'profile_answer',
            },
        ),
        run_sql_file("platekeeper.office.governance", "sql/governance.sql"),
    ]
