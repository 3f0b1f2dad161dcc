"""Make the registry of sensitive places and the record of canvasses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('search', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Canvass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_number', models.CharField(max_length=64)),
                ('incident', models.CharField(max_length=120)),
                ('area', models.JSONField(help_text='as search.places writes it')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('unit', models.CharField(max_length=120)),
                ('recorded_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='canvasses', to='accounts.agency')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='canvasses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'canvass',
                'ordering': ['-recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='SensitivePlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('PLACE', 'Sensitive place'), ('EVENT', 'Lawful event')], max_length=10)),
                ('area', models.JSONField(help_text='as search.places writes it')),
                ('valid_from', models.DateTimeField(blank=True, null=True)),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
                ('entered_by', models.CharField(max_length=60)),
                ('entered_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sensitive_places', to='accounts.agency')),
            ],
            options={
                'db_table': 'sensitive_place',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='sensitive_place_ended_at_with_by'), models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_from__lt', models.F('valid_to')), _connector='OR'), name='sensitive_place_period')],
            },
        ),
    ]
