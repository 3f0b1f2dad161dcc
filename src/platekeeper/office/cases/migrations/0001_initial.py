"""Make cases, their members and what is gathered in them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('access', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=64)),
                ('title', models.CharField(help_text='the offence; it is the reason of every look at the case', max_length=200)),
                ('purpose', models.CharField(max_length=60)),
                ('opened_at', models.DateTimeField()),
                ('closed_by', models.CharField(blank=True, max_length=60)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='accounts.agency')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases_opened', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'case_file',
                'ordering': ['-opened_at'],
            },
        ),
        migrations.CreateModel(
            name='CaseItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('SEARCH', 'Search'), ('READ', 'Read'), ('NOTE', 'Note')], max_length=10)),
                ('access_id', models.UUIDField(help_text='the access record: of the search, or in which the read was seen', null=True)),
                ('read_id', models.UUIDField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('text', models.TextField(blank=True)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_items', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='cases.casefile')),
            ],
            options={
                'db_table': 'case_item',
                'ordering': ['-added_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CaseMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_by', models.CharField(max_length=60)),
                ('added_at', models.DateTimeField()),
                ('removed_by', models.CharField(blank=True, max_length=60)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='cases.casefile')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'case_member',
                'ordering': ['added_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.UniqueConstraint(fields=('agency', 'number'), name='case_file_number'),
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by', '')), models.Q(('closed_at__isnull', False), models.Q(('closed_by', ''), _negated=True)), _connector='OR'), name='case_file_closed_at_with_by'),
        ),
        migrations.AddConstraint(
            model_name='caseitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('access_id__isnull', False), ('kind', 'SEARCH'), ('read_at__isnull', True), ('read_id__isnull', True)), models.Q(('access_id__isnull', False), ('kind', 'READ'), ('read_at__isnull', False), ('read_id__isnull', False)), models.Q(('access_id__isnull', True), ('kind', 'NOTE'), ('read_id__isnull', True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='case_item_kind'),
        ),
        migrations.AddConstraint(
            model_name='caseitem',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'SEARCH')), fields=('case', 'kind', 'access_id', 'read_id'), name='case_item_search_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='caseitem',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'READ')), fields=('case', 'read_id'), name='case_item_read_once'),
        ),
        migrations.AddConstraint(
            model_name='casemember',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('case', 'person'), name='case_member_once'),
        ),
        migrations.AddConstraint(
            model_name='casemember',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_by', '')), models.Q(('removed_at__isnull', False), models.Q(('removed_by', ''), _negated=True)), _connector='OR'), name='case_member_removed_at_with_by'),
        ),
        run_sql_file("platekeeper.office.cases", "sql/cases.sql"),
    ]
