"""Make plates of people here, findings, their reviews and outside reviewers, and what the detectors may know."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('access', '0001_initial'),
        ('cases', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('detector', models.CharField(max_length=30)),
                ('key', models.CharField(help_text='digest of what the detector calls the same finding', max_length=64)),
                ('explanation', models.CharField(max_length=300)),
                ('obligation', models.CharField(max_length=10)),
                ('is_outside', models.BooleanField(help_text='about somebody who leads: judged by the outside reviewer')),
                ('records', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), help_text='the access records that show it', size=None)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('found_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='misuse_findings', to='accounts.agency')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='misuse_findings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'misuse_finding',
                'ordering': ['-found_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='OutsideReviewer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.CharField(max_length=120)),
                ('named_by', models.CharField(max_length=60)),
                ('named_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outside_reviewers', to='accounts.agency')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews_for', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'outside_reviewer',
                'ordering': ['named_at'],
            },
        ),
        migrations.CreateModel(
            name='PlateRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('OWN', 'My own vehicle'), ('HOUSEHOLD', 'A vehicle of my household')], max_length=10)),
                ('label', models.CharField(help_text='words to know it again, such as: the blue one', max_length=60)),
                ('digest', models.BinaryField()),
                ('entered_by', models.CharField(max_length=60)),
                ('entered_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plate_relations', to='accounts.agency')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plate_relations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'plate_relation',
                'ordering': ['-entered_at'],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('judgement', models.CharField(choices=[('ORDINARY', 'Ordinary work'), ('MISTAKE', 'A mistake, talked about'), ('MISUSE', 'Misuse: referred for discipline')], max_length=10)),
                ('note', models.CharField(max_length=500)),
                ('reviewed_at', models.DateTimeField()),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='misuse.finding')),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='misuse_reviews', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'misuse_review',
            },
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(fields=('agency', 'key'), name='misuse_finding_once'),
        ),
        migrations.AddConstraint(
            model_name='outsidereviewer',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('agency', 'person'), name='outside_reviewer_once'),
        ),
        migrations.AddConstraint(
            model_name='outsidereviewer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='outside_reviewer_ended_at_with_by'),
        ),
        migrations.AddConstraint(
            model_name='platerelation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='plate_relation_ended_at_with_by'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='misuse_review_note'),
        ),
        run_sql_file("platekeeper.office.misuse", "sql/misuse.sql"),
    ]
