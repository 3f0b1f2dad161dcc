"""Make reads, images and the index of plates, behind the gate from the first moment."""

from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("access", "0001_initial"),
    ]

    operations = [
        run_sql_file("platekeeper.office.reads", "sql/reads.sql"),
        migrations.CreateModel(
            name='Image',
            fields=[
                ('pk', models.CompositePrimaryKey('read_id', 'role', blank=True, editable=False, primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('read_at', models.DateTimeField()),
                ('read_id', models.UUIDField()),
                ('role', models.TextField()),
                ('sha256', models.BinaryField()),
                ('media_type', models.TextField()),
                ('size_bytes', models.IntegerField()),
                ('key_name', models.TextField()),
                ('wrapped', models.BinaryField()),
            ],
            options={
                'db_table': 'visible_image',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Read',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('agency_id', models.IntegerField()),
                ('read_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('plate', models.TextField()),
                ('plate_raw', models.TextField()),
                ('region', models.TextField(null=True)),
                ('confidence', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('lon', models.FloatField(null=True)),
                ('cell', models.IntegerField(null=True)),
                ('passage_id', models.UUIDField()),
                ('revision', models.SmallIntegerField()),
                ('producer', models.TextField()),
                ('detail', models.JSONField()),
            ],
            options={
                'db_table': 'visible_read',
                'ordering': ['-read_at', '-id'],
                'managed': False,
            },
        ),
    ]
