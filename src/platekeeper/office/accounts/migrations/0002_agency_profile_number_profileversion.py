"""Keep the published versions of each agency's profile."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='agency',
            name='profile_number',
            field=models.PositiveIntegerField(default=1, help_text='which of its published versions is in force (GOV-04)'),
        ),
        migrations.CreateModel(
            name='ProfileVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('text', models.TextField(help_text='TOML')),
                ('sha256', models.CharField(max_length=64)),
                ('version', models.CharField(help_text='what decisions and access records name', max_length=120)),
                ('reason', models.TextField()),
                ('proposed_by', models.CharField(max_length=60)),
                ('proposed_as', models.CharField(max_length=40)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(max_length=60)),
                ('approved_as', models.CharField(max_length=40)),
                ('in_force_from', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profile_versions', to='accounts.agency')),
            ],
            options={
                'db_table': 'profile_version',
                'ordering': ['agency', '-number'],
                'constraints': [models.UniqueConstraint(fields=('agency', 'number'), name='profile_version_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='profile_version_from_one')],
            },
        ),
    ]
